"""Is the secret gone from the rewritten mirror, and is everything else as it was? Both looked at anew, object by
object; nothing that git-filter-repo says of itself is believed but which commit became which, and that is checked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Tri
from unleak.model.value import Value, field
from unleak.purge.needles import Needles
from unleak.purge.rewrite import Rewritten
from unleak.purge.same_objects import commit_differs, parse_commit, tag_differs
from unleak.purge.same_trees import SameTrees
from unleak.purge.secrets import Chosen
from unleak.purge.survey import survey
from unleak.purge.tags import parts
from unleak.scan.history import scan_history

MOST_SHOWN = 20


class Proof(Value, frozen=False):
    """`why`: for NO, what is wrong; for COULD_NOT_LOOK, what was not seen; at most `MOST_SHOWN`. `lost`: headers of
    commits that a rewrite does not keep, signatures first of all.
    """

    verdict: Tri
    why: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def prove_clean(mirror: Repository, chosen: Chosen) -> Proof:
    """No form of any value in any object, reachable or not, and nothing for the scanner that it did not find before."""
    proof = Proof(Tri.YES)
    try:
        seen = survey(mirror, chosen.needles)
        scanned = scan_history(mirror)
    except CouldNotLook as error:
        return Proof(Tri.COULD_NOT_LOOK, [str(error)])
    proof.counts["objects"] = sum(seen.counts[k] for k in ("blob", "tree", "commit", "tag"))
    left = [f"{kind} {oid} still holds it" for kind, oids in seen.holding.items() for oid in sorted(oids)]
    for finding in (f for f in scanned.findings if f.fingerprint not in chosen.untouched):
        places = (f"{p.path}:{p.line}{' (' + ', '.join(p.via) + ')' if p.via else ''}" for p in finding.places)
        left += [chosen.needles.replaced_text(f"{finding.detector} is still found in {place}") for place in places]
    if left:
        return Proof(Tri.NO, left[:MOST_SHOWN], proof.counts)
    if scanned.problems:
        return Proof(Tri.COULD_NOT_LOOK, [f"{p.where}: {p.why}" for p in scanned.problems][:MOST_SHOWN], proof.counts)
    return proof


def prove_same(old: Repository, mirror: Repository, made: Rewritten, needles: Needles) -> Proof:
    """1. Every commit that the old refs reach is in the map, and no other. 2. Each is the same but for the secret:
    tree, parents, people, dates, message. 3. So are the trees, entry by entry, and the blobs. 4. So are refs and tags.
    """
    proof = Proof(Tri.YES)
    try:
        wrong = list(_differences(old, mirror, made, needles, proof))
    except CouldNotLook as error:
        return Proof(Tri.COULD_NOT_LOOK, [str(error)], proof.counts, proof.lost)
    if wrong:
        proof.verdict, proof.why = Tri.NO, [needles.replaced_text(w) for w in wrong[:MOST_SHOWN]]
    return proof


def _differences(old: Repository, mirror: Repository, made: Rewritten, needles: Needles, proof: Proof) -> Iterator[str]:
    yield from _unmapped(made)
    trees = SameTrees(old, mirror, needles)
    pairs = [(a, b) for a, b in made.commits.items() if b.strip("0")]
    for (was, _), before, after in read_both(old, mirror, pairs):
        proof.counts["commits"] += 1
        one, other = parse_commit(before), parse_commit(after)
        proof.lost.update(one.lost)
        yield from (f"commit {was}: {why}" for why in commit_differs(one, other, made.commits, needles))
        trees.add(one.tree, other.tree, f"commit {was}")
    yield from _refs(old, mirror, made, needles, proof, trees)
    yield from trees.differences()
    proof.counts.update(trees.counts)


def _unmapped(made: Rewritten) -> Iterator[str]:
    for commit in sorted(made.reached - made.commits.keys()):
        yield f"commit {commit} was not rewritten"
    for was, now in made.commits.items():
        if was not in made.reached:
            yield f"commit {was} is in the map, and in no ref"
        if not now.strip("0"):
            yield f"commit {was} was dropped"


def _refs(
    old: Repository, mirror: Repository, made: Rewritten, needles: Needles, proof: Proof, trees: SameTrees
) -> Iterator[str]:
    before = {needles.replaced_text(r): oid for r, oid in made.before.items() if not r.startswith("refs/replace/")}
    for name in sorted(before.keys() ^ made.after.keys()):
        yield f"{name} is {'gone' if name in before else 'new'}"
    both = [(before[n], made.after[n]) for n in before if n in made.after]
    names = [n for n in before if n in made.after]
    proof.counts["refs"] = len(names)
    waiting = list(zip(names, both, strict=True))
    while waiting:
        tags: list[tuple[str, tuple[str, str]]] = []
        found = read_both(old, mirror, [pair for _, pair in waiting])
        for (name, (was, now)), (_, one, other) in zip(waiting, found, strict=True):
            if one.kind == other.kind == "tag":
                proof.counts["tags"] += 1
                yield from (f"{name}: {why}" for why in tag_differs(one, other, needles))
                tags.append((name, (parts(one)[0], parts(other)[0])))
            elif one.kind == other.kind == "blob":
                if needles.replaced(one.data) != other.data:
                    yield f"{name}: its content is another"
            elif one.kind == other.kind == "tree":
                trees.add(was, now, name)
            elif made.commits.get(was, was) != now:
                yield f"{name} points to another object than before"
        waiting = tags


def read_both(
    old: Repository, new: Repository, pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], GitObject, GitObject]]:
    """Raises CouldNotLook where one of them cannot be read."""
    olds, news = read_objects(old, [a for a, _ in pairs]), read_objects(new, [b for _, b in pairs])
    for pair, before, after in zip(pairs, olds, news, strict=True):
        if not (isinstance(before, GitObject) and isinstance(after, GitObject)):
            bad = pair[0] if not isinstance(before, GitObject) else pair[1]
            raise CouldNotLook(f"object {bad} cannot be read")
        yield pair, before, after
