"""Which values are taken out: what the scanner found in the history, all of it or of some keys."""

from collections.abc import Collection, Iterator, Sequence

from unleak.git.attribution import COMMIT_ITSELF
from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.credential import SecretKey
from unleak.model.errors import Misuse
from unleak.model.finding import Finding, Place
from unleak.model.value import Value
from unleak.purge.needles import Needles
from unleak.scan.blob import Blob
from unleak.scan.locate import adaptive
from unleak.scan.matcher import pairs_in
from unleak.scan.pairing import Pair
from unleak.scan.scanner import findings_in


class Chosen(Value):
    """`taken` are taken out; `beside` are other findings that stand in commits of those: compromised as well.
    `untouched`: fingerprints of all that stays; `hidden`: its values, so that they are not shown.
    """

    _unshown = frozenset({"needles", "hidden"})

    taken: tuple[Finding, ...]
    beside: tuple[Finding, ...]
    untouched: frozenset[str]
    needles: Needles
    hidden: Needles


def choose(
    repository: Repository, findings: Sequence[Finding], keys: Collection[str], ignored: Collection[str] = ()
) -> Chosen:
    """Of no keys: every finding whose fingerprint is not `ignored`. Raises Misuse for a key that was not found."""
    missing = sorted(set(keys) - {f.key_id for f in findings})
    if missing:
        raise Misuse(f"{missing[0]} was not found in this history", "`unleak scan --history` tells which are")
    taken = tuple(f for f in findings if (f.key_id in keys if keys else f.fingerprint not in ignored))
    others = [f for f in findings if f not in taken]
    commits = {p.commit for f in taken for p in f.places if p.commit}
    beside = tuple(f for f in others if any(p.commit in commits for p in f.places))
    values = [value for f in taken for value in _values(repository, f)]
    hidden = Needles(value for f in others if f.has_secret for value in _values(repository, f))
    return Chosen(taken, beside, frozenset(f.fingerprint for f in others), Needles(values), hidden)


def _values(repository: Repository, finding: Finding) -> list[SecretKey]:
    """The id too: it has no meaning any more, and a scan that still finds it is not clean. What cannot be read again,
    such as a secret alone in an archive, is not among them: the proof will find it.
    """
    known = [SecretKey(finding.key_id)] if finding.key_id else []
    if finding.credentials is not None:
        token = finding.credentials.token
        return [*known, finding.credentials.secret, *([SecretKey(token.reveal())] if token else [])]
    return [*known, *(SecretKey(value) for value in _read_again(repository, finding))]


def _read_again(repository: Repository, finding: Finding) -> Iterator[str]:
    """From the first place where it stands."""
    for place in finding.places:
        for blob in read_objects(repository, _object_of(repository, place)):
            parts = list(_parts_in(blob.data, finding)) if isinstance(blob, GitObject) else []
            if parts:
                yield from parts
                return


def _parts_in(data: bytes, finding: Finding) -> Iterator[str]:
    """There is one finding for each pair, in this order; what is packed in the data comes behind them."""
    findings = findings_in(Blob(data, ""), adaptive())
    for pair, found in zip(pairs_in(data, adaptive()), findings, strict=False):
        same = isinstance(found, Finding) and found.fingerprint == finding.fingerprint
        if same and isinstance(pair, Pair):
            yield from (part.value.decode("ascii") for part in pair.parts)


def _object_of(repository: Repository, place: Place) -> list[str]:
    """Its id; none where git does not know it there. A place without a commit is an object that nothing reaches."""
    if place.commit is None:
        return [place.path.removeprefix("object ")]
    if place.path == COMMIT_ITSELF:
        return [place.commit]
    listed = repository.run("ls-tree", "-z", "--full-tree", place.commit, "--", place.path, check=False).stdout
    return [row.partition(b"\t")[0].split(b" ")[2].decode() for row in listed.split(b"\0") if row]
