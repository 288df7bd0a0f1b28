"""One finding a line, for pipes: each as in `json`. The last line has no finding, but what the whole scan came to:
`schema`, `complete`, `problems`, and how many findings stand above it (`findings`), were `ignored` and `left_out`.

Without that last line the output is cut off, and proves nothing.
"""

import json

from unleak.model.document import written
from unleak.scan.formats.json import problem_to_plain, to_plain
from unleak.scan.scanner import Scan

SCHEMA = "unleak.findings-end/1"


def render(scan: Scan) -> str:
    end = {
        "complete": scan.complete,
        "problems": [problem_to_plain(p) for p in scan.problems],
        "findings": len(scan.findings),
        "ignored": scan.ignored,
        "left_out": scan.left_out,
    }
    return "\n".join([*(json.dumps(to_plain(f)) for f in scan.findings), written(SCHEMA, end, compact=True)])
