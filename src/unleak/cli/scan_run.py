"""What `unleak scan` does, apart from how it is asked: without click, whose import takes longer than a small scan."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.cli.saying import say, say_plainly
from unleak.cli.scan_what import What
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Severity
from unleak.model.value import Value
from unleak.scan.scanner import Scan

if TYPE_CHECKING:
    from unleak.scan.ignore import Ignores


class How(Value):
    """The options of `unleak scan` that do not say what to read. Names are the options'."""

    rules: str | None = None
    verify: bool = False
    verify_canaries: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    no_ignore: bool = False
    min_severity: str = Severity.LOW
    format_name: str = "text"
    output: str | None = None
    exit_zero: bool = False

    def __post_init__(self) -> None:
        for option in ("rules", "baseline", "write_baseline", "output"):
            if getattr(self, option) == "":
                raise Misuse(f"--{option.replace('_', '-')} is empty", "a variable that is not set, perhaps?")
        if self.output and self.output != "-" and not Path(self.output).absolute().parent.is_dir():
            raise Misuse(f"there is no folder for {self.output}", "make it first")
        if self.baseline and (self.no_ignore or self.write_baseline):
            other = "--no-ignore" if self.no_ignore else "--write-baseline"
            raise Misuse(f"--baseline and {other} exclude each other", "leave one of them out")


def run(what: What, how: How) -> int:
    """Shows what it finds, and gives the exit code."""
    ignores = _ignores(what, how)
    result = _scan(what, how)
    if ignores is not None:
        ignores.apply(result)
        for line in ignores.told:
            say(line)
    if how.write_baseline:
        _write_baseline(result, how.write_baseline)
        return 0
    _leave_out(result, how.min_severity)
    _show(result, how.format_name, how.output)
    return 3 if not result.complete else 1 if result.findings and not how.exit_zero else 0


def _ignores(what: What, how: How) -> "Ignores | None":
    """Read before the scan, so that a mistake in them is told at once."""
    if how.no_ignore:
        return None
    from unleak.scan.ignore import Ignores, inline

    baseline = Path(how.baseline) if how.baseline else None
    if what.is_local:
        return Ignores.at(Path(what.path), in_git=what.in_git, baseline=baseline)
    from unleak.scan.ignore import baseline as known

    return Ignores([inline, *([known.read(baseline)] if baseline else [])])


def _scan(what: What, how: How) -> Scan:
    rules = None
    if how.rules:
        from unleak.scan.rules.load import load_rules

        rules = load_rules(Path(how.rules))
        for line in rules.told:
            say(line)
        if what.in_git and rules.of_paths:
            say(f"rules of paths find nothing in history: {', '.join(rules.of_paths)}")
    try:
        if sys.stderr.isatty():
            from unleak.cli.scan_bar import ScanBar

            with ScanBar() as bar:
                result = what.scan(bar, rules)
        else:
            result = what.scan(None, rules)
    except OSError as error:
        why = f"cannot read {_shown(what)}: {error.strerror or error}"
        raise CouldNotLook(why, "make it readable, then scan again") from error
    if how.verify or how.verify_canaries:
        from unleak.config import load_config
        from unleak.scan.ask_aws import AskAws
        from unleak.scan.verify import verify as ask_all

        ask_all(result, AskAws(load_config()), ask_canaries=how.verify_canaries)
    result.source = _shown(what)
    return result


def _shown(what: What) -> str:
    if not what.is_remote:
        return what.path
    from unleak.scan.sources.remote_address import without_login

    return without_login(what.path)


def _write_baseline(result: Scan, path: str) -> None:
    """Of a scan that did not see everything, it would say that the rest is known."""
    from unleak.scan.formats.words import counted
    from unleak.scan.ignore import baseline

    if not result.complete:
        _show(result, "text", None)
        raise CouldNotLook("not everything could be looked at: no baseline is written", "see above, then again")
    baseline.write(result, Path(path))
    known = counted(len(result.findings), "finding is", "findings are")
    print(f"{known} known from now on: unleak scan --baseline {path}")


def _leave_out(result: Scan, min_severity: str) -> None:
    ranks = [s.value for s in Severity]
    kept = [f for f in result.findings if ranks.index(f.severity.value) >= ranks.index(min_severity)]
    result.left_out = result.keep(kept)


def _show(result: Scan, format_name: str, output: str | None) -> None:
    from unleak.scan.formats import render

    if output and output != "-":
        try:
            Path(output).write_text(render(result, format_name) + "\n", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise CouldNotLook(f"cannot write {output}: {error.strerror or error}", "give another place") from error
        say_plainly(render(result, "text").splitlines()[-1])
        return
    if sys.stdout is None:
        raise CouldNotLook("standard output is closed", "give --output FILE")
    encoding = sys.stdout.encoding or "utf-8"
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        print(render(result, format_name, colour=colour).encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CouldNotLook(f"cannot write to standard output: {error.strerror}", "give --output FILE") from error
