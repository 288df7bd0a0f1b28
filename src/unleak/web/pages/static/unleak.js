"use strict";
// Times in the reader's own zone, and what is new without loading the page again. Everything else works without this.

const two = (n) => String(n).padStart(2, "0");

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    time.title = time.dateTime.replace("T", " ").replace("Z", " UTC");
    time.textContent = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
      `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }
}

function zone() {
  const minutes = -new Date().getTimezoneOffset();
  const offset = `${minutes < 0 ? "−" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone || "your zone";
  document.getElementById("zone").textContent = minutes
    ? `Times are in ${name}, UTC${offset}; UTC is shown when you point at one.` : "Times are UTC.";
}

function isBusy(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
}

async function renew() {
  const answer = await fetch(location.href.split("#")[0].replace(/([?&])said=\w+/, "$1"), { headers: { "X-Live": "1" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  localTimes(fresh);
  document.title = fresh.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!other || other.innerHTML === part.innerHTML || isBusy(part)) continue;
    part.className = other.className;
    part.replaceChildren(...other.childNodes);
    part.classList.remove("new");
    requestAnimationFrame(() => part.classList.add("new"));
  }
}

function tell(text) {
  const old = document.getElementById("stale") || document.createElement("p");
  old.id = "stale";
  old.className = "stale";
  old.setAttribute("role", "status");
  old.textContent = text;
  document.getElementById("main").append(old);
}

function watch() {
  if (!document.querySelector("[data-live]")) return;
  const of = (location.pathname.match(/inc-[0-9a-f]{10}/) || [""])[0];
  let seen = null, waits = null, quiet = null;
  const source = new EventSource(`/live?of=${of}`);
  source.addEventListener("changed", (event) => {
    clearTimeout(quiet);
    document.getElementById("stale")?.remove();
    if (seen !== null && seen !== event.data && waits === null) {
      // Many watch the same: they do not all ask at once.
      waits = setTimeout(() => { waits = null; renew().catch(() => tell("This page could not be renewed.")); }, 200 + 800 * Math.random());
    }
    seen = event.data;
  });
  source.addEventListener("over", () => { source.close(); location.reload(); });
  source.addEventListener("error", () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => tell("Not live: the server cannot be reached. What you see may be old."), 8000);
    if (source.readyState === EventSource.CLOSED) tell("Not live. Load the page again to see what is new.");
  });
  source.addEventListener("open", () => { clearTimeout(quiet); document.getElementById("stale")?.remove(); });
}

localTimes(document);
zone();
watch();
