"""The whole API against its own description, by schemathesis, which lives in an environment of its own.

    python tests/api_fuzz.py PATH_OF_ST [--max-examples N]

Two roles in turn: every answer must be described, none may be a defect, and nothing may be had without a token.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "web")]

from service_world import house_in

from conftest import site_in
from unleak.standin.server import Standin

_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"


def main() -> int:
    st, *more = sys.argv[1:]
    worst = 0
    with Standin() as standin, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = site_in(standin, folder)
        for house in house_in(site, folder, f"sqlite:///{folder / 'unleak.db'}"):
            settings = house.folder / "unleak.toml"
            settings.write_text(settings.read_text().replace("[service]", "[service]\nrequests_a_minute = 1000000"))
            served = house.serve()
            leak = {"key_id": site.stage.victim.key_id, "reason": "a test", "mode": "observe"}
            served.api("POST", "/incidents", house.token("approver"), leak)
            for role in ("admin", "viewer"):
                header = f"Authorization: Bearer {house.token(role)}"
                done = subprocess.run(
                    [st, "run", f"{served.url}/api/v1/openapi.json", "-H", header, "--checks", _CHECKS, *more],
                    cwd=folder, check=False,
                )  # fmt: skip
                worst = max(worst, done.returncode)
            defects = [line for line in served.log if line["event"] == "defect"]
            for defect in defects:
                sys.stderr.write(f"{defect}\n")
            served.stop()
    return worst or bool(defects)


if __name__ == "__main__":
    sys.exit(main())
