"""What is asked most, taken out of each part of the index once: a hundredth of it, asked in a hundredth of the time.

`uses`: who used which credential from where, and when first and last. `mints`: events whose answer carries a
credential. `marks`: sign-ins, passwords set, and roles passed to services. `hours`: how many events each hour has.
"""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from unleak.investigate.trail.shelf import EMPTY, quoted

_FOLDER = "sides"
_ABANDONED = 3600
_SIGN_INS = (
    "'ConsoleLogin', 'CreateOAuth2Token', 'AuthorizeOAuth2Access', 'UpdateLoginProfile', 'ChangePassword', "
    "'DeleteLoginProfile', 'CreateLoginProfile'"
)
_SELECT: Mapping[str, str] = {
    "uses": """SELECT coalesce(key_id, '') AS key_id, any_value(arn) AS arn, any_value(kind) AS kind,
        any_value(issuer_arn) AS issuer_arn, any_value(principal_id) AS principal_id,
        any_value(caller_account) AS caller_account, any_value(from_console) AS from_console,
        any_value(session_since) AS session_since, address, agent, any_value(invoked_by) AS invoked_by,
        min("at") AS "first", max("at") AS "last", count(*) AS n, count(*) FILTER (error IS NULL) AS ok
        FROM {part} GROUP BY ALL""",
    "mints": "FROM {part} WHERE made_key IS NOT NULL AND error IS NULL",
    "marks": f"""FROM {{part}} WHERE name IN ({_SIGN_INS}) OR (read_only = false AND error IS NULL
        AND source NOT IN ('sts.amazonaws.com', 'iam.amazonaws.com') AND contains(request, ':role/'))""",
    "hours": """SELECT date_trunc('hour', "at") AS "hour", count(*) AS n, min("at") AS "first", max("at") AS "last"
        FROM {part} GROUP BY 1""",
}
NAMES = tuple(_SELECT)


def sides_of(duck: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> dict[str, str]:
    """For each side the SQL that reads it whole. What is not there yet is made, in a folder beside the parts; what no
    part stands behind any more is taken away.
    """
    for folder in {p.parent for p in parts}:
        _tidy(folder)
    made = [{name: _made(duck, part, name) for name in NAMES} for part in parts]
    return {
        name: f"read_parquet([{', '.join(quoted(m[name]) for m in made)}])"
        if made
        else f"({_SELECT[name].format(part=f'({EMPTY})')})"
        for name in NAMES
    }


def _made(duck: duckdb.DuckDBPyConnection, part: Path, name: str) -> Path:
    folder = part.parent / _FOLDER
    place = folder / f"{part.stem}.{name}.parquet"
    if not place.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        half = place.with_suffix(f".{os.getpid()}-half")  # another process may make the same just now
        select = _SELECT[name].format(part=f"read_parquet({quoted(part)})")
        duck.execute(f"COPY ({select}) TO {quoted(half)} (FORMAT parquet, COMPRESSION lz4_raw)")
        half.replace(place)
    return place


def _tidy(folder: Path) -> None:
    for side in (folder / _FOLDER).glob("*.parquet"):
        if not (folder / f"{side.name.split('.')[0]}.parquet").exists():
            side.unlink(missing_ok=True)
    for half in (folder / _FOLDER).glob("*-half"):  # of who was killed
        if half.stat().st_mtime < time.time() - _ABANDONED:
            half.unlink(missing_ok=True)
