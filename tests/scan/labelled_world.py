"""The labelled set: files as AWS credentials leak in, files that only look alike, and what a scanner made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from labelled_code_world import CODE
from labelled_config_world import CONFIG
from labelled_document_world import DOCUMENTS
from labelled_harmless_world import HARMLESS
from labelled_shape_world import Credential, Shape, make
from labelled_wrapped_world import WRAPPED

SEED = 20261123


def leaks(seed: int = SEED) -> list[Shape]:
    rows = [(name, row) for table in (CONFIG, CODE, DOCUMENTS, WRAPPED) for name, row in table.items()]
    return [make(name, row, seed) for name, row in rows]


def harmless(seed: int = SEED) -> list[Shape]:
    return [make(f"harmless: {name}", row, seed) for name, row in HARMLESS.items()]


def write_all(folder: Path, seed: int = SEED) -> dict[str, Shape]:
    """Each in a folder of its own, by whose name it is returned; the name says nothing that a scanner could heed."""
    written = {f"{number:03}": shape for number, shape in enumerate([*leaks(seed), *harmless(seed)], 1)}
    for name, shape in written.items():
        file = folder / name / shape.file
        file.parent.mkdir(parents=True)
        file.write_bytes(shape.data)
    return written


@dataclass(slots=True)
class Score:
    """What was found of what there is. `wrong` are pairs whose halves do not belong together, or are no such halves;
    `strange` is whatever else was said to be part of a credential and is not.
    """

    ids: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    tokens: set[Credential] = field(default_factory=set)
    wrong: set[tuple[str, str]] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)
    flagged: set[str] = field(default_factory=set)

    def add(self, other: "Score") -> None:
        self.ids |= other.ids
        self.secrets |= other.secrets
        self.pairs |= other.pairs
        self.tokens |= other.tokens
        self.wrong |= other.wrong
        self.strange |= other.strange
        self.flagged |= other.flagged


def judge(shape: Shape, found: Iterable[Credential]) -> Score:
    """How a scanner did on a shape. The parts of a credential may come in one piece or in several."""
    there, said = all_of(shape.expected), all_of(found)
    return Score(
        ids=there.ids & said.ids,
        secrets=there.secrets & said.secrets,
        pairs=there.pairs & said.pairs,
        tokens=there.tokens & said.tokens,
        wrong=said.pairs - there.pairs,
        strange=(said.ids - there.ids - shape.also) | (said.secrets - there.secrets - shape.others),
        flagged={shape.name} if shape.harmless and (said.ids or said.secrets) else set(),
    )


def all_of(credentials: Iterable[Credential]) -> Score:
    """The score of a scanner that finds these, all being there."""
    known = list(credentials)
    return Score(
        ids={c.key_id for c in known if c.key_id},
        secrets={c.secret for c in known if c.secret},
        pairs={(c.key_id, c.secret) for c in known if c.key_id and c.secret},
        tokens={c for c in known if c.key_id and c.secret and c.token},
    )
