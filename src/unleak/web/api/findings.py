"""What scans of repositories found: new, known, fixed, or ignored and why; and the repositories themselves."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel

from unleak.store.findings import Asked as Wanted
from unleak.store.findings import Found, Said, Scanned, State, Word
from unleak.web.api.asked import Asked, Body, Document, Words
from unleak.web.bearer import Responder, Viewer
from unleak.web.found import found, say, sees

ROUTER = APIRouter(tags=["findings"])
Limit = Annotated[int, Query(ge=1, le=500)]
FindingId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="As lists of findings have it.")]
Text = Annotated[str, Query(max_length=255)]


class SaidOf(BaseModel):
    """A person's word. `reopened` takes back what was said before."""

    word: Word
    who: str
    why: str
    at: datetime
    until: datetime | None


class FindingRow(BaseModel):
    """`last_seen_at`: what was in the repository by then was looked at. `gone_at`: since when it is known to be neither
    at HEAD nor on a branch; `in_history`: whether the history still has it, null where nobody has looked at all since.

    `ignored_by`: what the repository itself ignores it by. `said`: the last word.
    """

    id: str
    repository: str
    fingerprint: str
    state: State
    detector: str
    severity: str
    key_id: str
    account: str
    has_secret: bool
    incident: str
    places: list[dict[str, Any]]
    place_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    in_history: bool | None
    ignored_by: str
    said: SaidOf | None


class FindingsPage(Document):
    """A page, the newest first. `next`: what to give as `after` for the next one; none at the end."""

    schema_: Literal["unleak.repository-findings/1"] = "unleak.repository-findings/1"
    findings: list[FindingRow]
    next: str | None


class FindingWhole(BaseModel):
    """`words`: all that people said, the last first."""

    finding: FindingRow
    words: list[SaidOf]


class RepositoryRow(BaseModel):
    """`whole_at`: when all of it, history too, was last seen; null: never. `complete`: there is nothing since, that is
    known of, that could not be looked at; `gaps` are the latest of what is. `counts`: findings by state.
    """

    name: str
    url: str
    public: bool | None
    scans: int
    last_at: datetime
    last_what: str
    whole_at: datetime | None
    complete: bool
    gaps: tuple[str, ...]
    counts: dict[str, int]


class Repositories(Document):
    """A page, by name. `next` as of findings."""

    schema_: Literal["unleak.repositories/1"] = "unleak.repositories/1"
    repositories: list[RepositoryRow]
    next: str | None


class Ignore(Body):
    """`until`: from then on it is shown again; without it, never."""

    why: Words
    until: AwareDatetime | None = None


class Why(Body):
    why: Words


@ROUTER.get("/repositories")
def list_repositories(
    service: Asked, bearer: Viewer, q: Text = "", state: State | None = None, gaps: bool = False,  # noqa: FBT001, FBT002  of a query
    after: Text = "", limit: Limit = 100,
) -> Repositories:  # fmt: skip
    """`q`: a part of the name; `state`: with such a finding in it; `gaps`: where something could not be looked at."""
    rows, more = service.findings.repositories(
        service.world.clock.now(), sees=sees(service, bearer), q=q, state=state, gaps=gaps, after=after, limit=limit
    )
    return Repositories(repositories=[_repository(r) for r in rows], next=rows[-1].name if more else None)


@ROUTER.get("/findings")
def list_findings(
    service: Asked, bearer: Viewer, repository: Text = "", state: State | None = None, account: Text = "",
    detector: Text = "", q: Text = "", after: Text = "", limit: Limit = 100,
) -> FindingsPage:  # fmt: skip
    """`q`: a part of a key's id, a fingerprint, a repository or a path."""
    wanted = Wanted(sees(service, bearer), repository, state, account, detector, q, after, limit)
    rows, more = service.findings.page(wanted, service.world.clock.now())
    said = service.findings.said([r.id for r in rows])
    return FindingsPage(findings=[_row(r, said.get(r.id, [])) for r in rows], next=rows[-1].id if more else None)


@ROUTER.get("/findings/{finding_id}")
def show_finding(service: Asked, bearer: Viewer, finding_id: FindingId) -> FindingWhole:
    one = found(service, bearer, finding_id)
    said = service.findings.said([finding_id]).get(finding_id, [])
    return FindingWhole(finding=_row(one, said), words=[_said(s) for s in said])


@ROUTER.post("/findings/{finding_id}/ignore")
def ignore(service: Asked, bearer: Responder, finding_id: FindingId, ignored: Ignore) -> FindingRow:
    """It is shown as ignored. The key is responded to all the same."""
    say(service, bearer, finding_id, Word.IGNORED, ignored.why, ignored.until)
    return show_finding(service, bearer, finding_id).finding


@ROUTER.post("/findings/{finding_id}/acknowledge")
def acknowledge(service: Asked, bearer: Responder, finding_id: FindingId, known: Why) -> FindingRow:
    """It is known. Where it comes back after it was gone, it is new again."""
    say(service, bearer, finding_id, Word.ACKNOWLEDGED, known.why)
    return show_finding(service, bearer, finding_id).finding


@ROUTER.post("/findings/{finding_id}/reopen")
def reopen(service: Asked, bearer: Responder, finding_id: FindingId, again: Why) -> FindingRow:
    """Whatever was said of it, here or in the repository's own files, is taken back."""
    say(service, bearer, finding_id, Word.REOPENED, again.why)
    return show_finding(service, bearer, finding_id).finding


def _row(one: Found, said: list[Said]) -> FindingRow:
    named = {name: getattr(one, name) for name in FindingRow.model_fields if name not in {"said", "places"}}
    return FindingRow(**named, places=list(one.places), said=_said(said[0]) if said else None)


def _said(said: Said) -> SaidOf:
    return SaidOf(**{name: getattr(said, name) for name in SaidOf.model_fields})


def _repository(one: Scanned) -> RepositoryRow:
    named = {name: getattr(one, name) for name in RepositoryRow.model_fields if name != "complete"}
    return RepositoryRow(**named, complete=not one.gap_count)
