"""A target for atheris: any bytes, as a file. It ends well, in time, and finds the same with either engine.

`make fuzz` runs it for five minutes. It is no test of pytest's.
"""

import sys

import atheris

with atheris.instrument_imports(include=["unleak.scan"]):
    from unleak.model.finding import Finding
    from unleak.scan.blob import Blob
    from unleak.scan.locate import Locate, locate_by_re, make_locate
    from unleak.scan.scanner import findings_in

FAST = make_locate()


def found(data: bytes, locate: Locate) -> set[tuple[str, int]]:
    findings = findings_in(Blob(data, "fuzzed"), locate)
    return {(f.fingerprint, f.places[0].line) for f in findings if isinstance(f, Finding)}


def test_one_input(data: bytes) -> None:
    slow, fast = found(data, locate_by_re), found(data, FAST)
    if slow != fast:
        raise AssertionError(f"the engines differ: {len(slow)} and {len(fast)} findings")


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
