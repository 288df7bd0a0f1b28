"""Numbers of accounts that a person or a program names."""

from unleak.model.errors import Misuse

_DIGITS = 12


def check_accounts(numbers: tuple[str, ...]) -> None:
    """Raises Misuse for what is none."""
    for number in numbers:
        if not (number.isascii() and number.isdecimal() and len(number) == _DIGITS):
            raise Misuse(f"--account {number}: no account number", "it has twelve digits")
