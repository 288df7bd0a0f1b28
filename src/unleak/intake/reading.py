"""A file that somebody was sent about leaked keys: a scanner's report, or AWS's mail."""

from pathlib import Path

from unleak.intake.notice_mail import is_notice, read_notice
from unleak.intake.scanner_reports import Report, read_report
from unleak.model.errors import Misuse


def read(data: bytes, root: Path | None = None) -> Report:
    """Raises Misuse where it is neither. `root` is the folder that a report's paths are relative to."""
    try:
        return read_report(data, root)
    except Misuse:
        if not is_notice(data):
            raise
        return read_notice(data)
