"""What is said beside a command's output, without secrets that a person or a file may have put into it."""

import sys


def say(line: str) -> None:
    say_plainly(f"unleak: {without_secrets(line)}")


def say_plainly(line: str) -> None:
    """To standard error, where there is one."""
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)


def without_secrets(line: str) -> str:
    """It may quote an argument, and in that a secret that stood in the wrong variable."""
    from unleak.scan.formats.masking import masked_text

    return masked_text(line)


def say_defect(of: str, defect: Exception) -> None:
    """Of what goes on without it: where it broke, without its words."""
    say(f"a defect of unleak itself ({type(defect).__name__}) stopped {of}; it is not lost: report it")
