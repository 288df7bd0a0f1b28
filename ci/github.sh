#!/usr/bin/env bash
# The GitHub Action's scan: what to look at follows from the event. Writes SARIF, annotates, ends as unleak ends.
set -euo pipefail

sarif=$RUNNER_TEMP/unleak.sarif
what=()

here() { git -C "$UNLEAK_PATH" cat-file -e "$1^{commit}" 2>/dev/null; }
shallow() { [ "$(git -C "$UNLEAK_PATH" rev-parse --is-shallow-repository 2>/dev/null)" = true ]; }

end() {
  echo "exit-code=$1" >>"$GITHUB_OUTPUT"
  exit "$1"
}

too_shallow() {
  echo "::error title=unleak could not look::the checkout lacks commits: give actions/checkout \`fetch-depth: 0\` (a full clone), so that every commit is there"
}

# What the push brings in; of a new branch, what the default branch does not have; otherwise everything.
choose_range() {
  case $EVENT in
    push | pull_request | pull_request_target | merge_group) ;;
    *) what=(--history) && return ;;
  esac
  if [ -z "${AFTER//0/}" ]; then
    echo "nothing to look at: a branch was deleted"
    end 0
  fi
  if [ -n "${BEFORE//0/}" ] && here "$BEFORE" && here "$AFTER"; then
    what=(--range "$BEFORE..$AFTER")
  elif shallow || ! here "$AFTER" || [ "$EVENT" != push ]; then
    too_shallow
    end 3
  elif [ "${GITHUB_REF_NAME:-}" != "$DEFAULT_BRANCH" ] && here "origin/$DEFAULT_BRANCH"; then
    what=(--range "origin/$DEFAULT_BRANCH..$AFTER")
  else
    what=(--history)
  fi
}

scan() {
  local code=0
  "$UNLEAK_PYTHON" -P -m unleak scan "${what[@]}" "$@" -- "$UNLEAK_PATH" || code=$?
  [ "$code" -le "$worst" ] || worst=$code
}

case $UNLEAK_MODE in
  range) choose_range ;;
  history) what=(--history) ;;
  files) ;;
  *)
    echo "::error title=unleak::mode is range, history or files"
    end 2
    ;;
esac
what+=(--min-severity "$UNLEAK_MIN_SEVERITY")
[ -z "$UNLEAK_BASELINE" ] || what+=(--baseline "$UNLEAK_BASELINE")

worst=0
scan --format sarif --output "$sarif"
[ ! -f "$sarif" ] || echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
[ "$worst" = 2 ] || [ "$UNLEAK_FORMAT" = sarif ] || scan --format "$UNLEAK_FORMAT"
if [ "$worst" = 3 ] && [ "$UNLEAK_MODE" != files ] && shallow; then too_shallow; fi
end "$worst"
