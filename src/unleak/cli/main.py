"""`unleak`: from the command line to the exit code."""

import os
import sys

from unleak.cli.saying import say, say_plainly, without_secrets
from unleak.model.errors import UnleakError

_OF_ONE_GO = (["scan"], ["hook"], ["setup"], ["detectors"], ["schema"], ["purge"])


def main() -> None:
    """Every error that is ours ends in a sentence, what to do next, and its exit code."""
    try:
        _run()
    except UnleakError as error:
        say(str(error))
        if error.hint:
            say_plainly(f"  next: {without_secrets(error.hint)}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        goes_on = "" if sys.argv[1:2] in _OF_ONE_GO else "; what was done is recorded, running again goes on from there"
        say_plainly(f"\nunleak: interrupted{goes_on}")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as defect:  # noqa: BLE001  an unforeseen end must not look like "findings" (1)
        _admit(defect)
        sys.exit(3)


def _run() -> None:
    """A plain scan without click: it is somebody's commit hook, and click takes longer than the scan."""
    if sys.argv[1:2] == ["scan"]:
        from unleak.cli.plain_scan import plain_scan

        asked = plain_scan(sys.argv[2:])
        if asked is not None:
            from unleak.cli.scan_run import run

            sys.exit(run(*asked))
    from unleak.cli import commands

    commands.run()


def _admit(defect: Exception) -> None:
    """Where it broke, without its words: they may hold what must not be printed. UNLEAK_DEBUG=1 shows all."""
    import traceback

    if os.environ.get("UNLEAK_DEBUG"):
        traceback.print_exception(defect)
    last = traceback.extract_tb(defect.__traceback__)[-1]
    where = f"{type(defect).__name__} in {last.name}, {os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
    say_plainly(f"unleak: a defect of unleak itself ended this ({where}); what was done is recorded")
    say_plainly("  next: report it; UNLEAK_DEBUG=1 shows more, look at it before you pass it on")


if __name__ == "__main__":
    main()
