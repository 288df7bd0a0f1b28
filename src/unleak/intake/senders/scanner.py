"""Reports of scanners, posted as they are. A report is a claim, and a secret in it counts once AWS has accepted it."""

from unleak.intake.body import id_of
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Sender
from unleak.intake.scanner_reports import READERS, read_report
from unleak.intake.shared_secret import NEEDS, TAKES, check_shown, check_signed
from unleak.model.alert import Ground
from unleak.model.errors import Misuse

_SIGNATURE = "x-signature-256"


def _hear(message: Message, access: Access) -> Heard:
    if _SIGNATURE in message.headers:
        check_signed(message.body, message.headers[_SIGNATURE], access)
    else:
        check_shown(message.headers, access)
    try:
        report = read_report(message.body)
    except Misuse:
        known = ", ".join(r.tool for r in READERS)
        raise Refused(Reason.NOT_UNDERSTOOD, "the body is no report that is known", f"send that of {known}") from None
    none = () if report.found or report.passed_over else ("the report names no AWS key",)
    return Heard(
        id_of("scanner", message.body),
        f"a report of {report.tool}" if report.tool else "a report",
        Ground.CLAIM,
        report.found,
        passed_over=(*report.passed_over, *none),
    )


SENDER = Sender(
    id="scanner",
    title="Reports of scanners",
    needs=NEEDS,
    takes=TAKES,
    references=("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html",),
    hear=_hear,
)
