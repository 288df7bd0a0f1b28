"""Reports as scanners write them, about credentials made at run time: none stands in the source."""

import base64
import hashlib
import json
import random
import string
from dataclasses import dataclass
from typing import Any

COMMIT = "c0ffee" + "0" * 34
PATH = "app/.env"
ID_LINE, SECRET_LINE = 2, 3
RULE = "aws-access-token"


class Fakes:
    """The same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def key_id(self, prefix: str = "AKIA") -> str:
        return prefix + self._some(string.ascii_uppercase + "234567", 16)

    def key_id_of(self, account: str) -> str:
        """One that tells its account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
        coded = (1 << 47 | int(account) << 7).to_bytes(6, "big") + self._random.randbytes(4)
        return "AKIA" + base64.b32encode(coded).decode()

    def secret(self) -> str:
        return self._some(string.ascii_letters + string.digits + "+/", 40)

    def token(self) -> str:
        return "IQoJb3JpZ2lu" + self._some(string.ascii_letters + string.digits + "+/", 200) + "=="

    def _some(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))


@dataclass(frozen=True)
class Pair:
    """What stands in `path`: the id on line `line`, the secret on the next."""

    key_id: str
    secret: str
    path: str = PATH
    line: int = ID_LINE

    @property
    def file(self) -> str:
        return "\n" * (self.line - 1) + f"AWS_ACCESS_KEY_ID={self.key_id}\nAWS_SECRET_ACCESS_KEY={self.secret}\n"


def a_pair(seed: int = 1, path: str = PATH, line: int = ID_LINE) -> Pair:
    fakes = Fakes(seed)
    return Pair(fakes.key_id(), fakes.secret(), path, line)


# --- gitleaks 8.30, `gitleaks dir` and `gitleaks git`


def gitleaks_row(text: str, value: str, path: str, line: int, rule: str = RULE, commit: str = "") -> dict[str, Any]:
    return {
        "RuleID": rule,
        "Description": "Identified a pattern that may indicate AWS credentials.",
        "StartLine": line,
        "EndLine": line,
        "StartColumn": 23,
        "EndColumn": 42,
        "Match": text,
        "Secret": value,
        "File": path,
        "SymlinkFile": "",
        "Commit": commit,
        "Entropy": 3.58,
        "Author": "Ann" if commit else "",
        "Email": "ann@example.com" if commit else "",
        "Date": "2026-11-23T04:05:06Z" if commit else "",
        "Message": "init" if commit else "",
        "Tags": [],
        "Fingerprint": f"{path}:{rule}:{line}",
    }


def gitleaks(pair: Pair, commit: str = "") -> list[Any]:
    """A row for each half."""
    named = f"AWS_SECRET_ACCESS_KEY={pair.secret}"
    return [
        gitleaks_row(named, pair.secret, pair.path, pair.line + 1, "generic-api-key", commit),
        gitleaks_row(pair.key_id, pair.key_id, pair.path, pair.line, commit=commit),
    ]


def gitleaks_redacted(pair: Pair) -> list[Any]:
    return [
        gitleaks_row("REDACTED", "REDACTED", pair.path, pair.line),
        gitleaks_row("AWS_SECRET_ACCESS_KEY=REDACTED", "REDACTED", pair.path, pair.line + 1, "generic-api-key"),
    ]


def gitleaks_sarif(pair: Pair) -> dict[str, Any]:
    """The snippet is the value alone."""
    halves = (pair.key_id, pair.line, RULE), (pair.secret, pair.line + 1, "generic-api-key")
    results = [
        {
            "message": {"text": f"{rule} has detected secret for file {pair.path} at commit {COMMIT}."},
            "ruleId": rule,
            "locations": [sarif_location(pair.path, line, value)],
            "partialFingerprints": {"commitSha": COMMIT, "email": "", "author": "Ann", "date": "", "commitMessage": ""},
            "properties": {"tags": []},
        }
        for value, line, rule in halves
    ]
    return sarif("gitleaks", results)


# --- SARIF


def sarif(tool: str, results: list[Any]) -> dict[str, Any]:
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": tool, "rules": []}}, "results": results}]}


def sarif_location(path: str, line: int, snippet: str) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 42, "snippet": {"text": snippet}}
    return {"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}


# --- kingfisher 2.14


def kingfisher_row(pair: Pair, **finding: Any) -> dict[str, Any]:
    return {
        "rule": {"title": "AWS", "name": RULE, "id": f"betterleaks.{RULE}", "description": "Identified an AWS key."},
        "finding": {
            "dependent_captures": {"AWS_SECRET_ACCESS_KEY": pair.secret},
            "snippet": pair.key_id,
            "fingerprint": "60680186331588317",
            "confidence": "high",
            "entropy": "3.88",
            "validation": {"outcome": "not_attempted", "status": "Not Attempted", "response": ""},
            "language": "Unknown",
            "line": pair.line,
            "column_start": 18,
            "column_end": 37,
            "path": pair.path,
            **finding,
        },
    }


def kingfisher_audit(failed: int = 0, partial: int = 0) -> dict[str, Any]:
    summary = {
        "discovered": 1,
        "scan_succeeded": 1 - failed,
        "scan_partial": partial,
        "scan_failed": failed,
        "pending": 0,
    }
    return {"schema": "kingfisher.repository-audit.v1", "summary": summary, "repositories": []}


def kingfisher(*rows: Any) -> dict[str, Any]:
    return {"findings": list(rows), "audit": kingfisher_audit()}


def kingfisher_sarif(pair: Pair) -> dict[str, Any]:
    """The secret stands in a command that it proposes."""
    location = sarif_location(pair.path, pair.line, pair.key_id)
    command = f"kingfisher validate --rule '{RULE}' --var AWS_SECRET_ACCESS_KEY='{pair.secret}' '{pair.key_id}'"
    location["properties"] = {
        "validate_command": command,
        "git_metadata": {"commit": {"id": COMMIT, "date": "2026-11-23", "author": {"name": "Ann", "email": ""}}},
    }
    result = {"kind": "review", "level": "error", "locations": [location], "message": {"text": "AWS"}, "ruleId": RULE}
    return sarif("kingfisher", [result])


# --- betterleaks 2.0


def betterleaks_row(text: str, value: str, path: str, line: int, rule: str = RULE) -> dict[str, Any]:
    return {
        "rule_id": rule,
        "rule_hash": "88391edba75cb00b",
        "match": {"full": text, "value": value, "fingerprint": "d90efeb957f4088d"},
        "attributes": {"resource": "git.patch_content", "git.sha": COMMIT, "git.date": "2026-11-23T04:05:06Z"},
        "location": {"path": path, "start_line": line, "end_line": line, "start_column": 22, "end_column": 41},
    }


def betterleaks_component(secret: str, path: str, line: int) -> dict[str, Any]:
    row = betterleaks_row(f"SECRET_ACCESS_KEY={secret}", secret, path, line, "aws-secret-access-key")
    return {"components": [row]}


def betterleaks(pair: Pair, *more: dict[str, Any], state: str = "complete") -> dict[str, Any]:
    row = betterleaks_row(pair.key_id, pair.key_id, pair.path, pair.line)
    row["component_sets"] = [betterleaks_component(pair.secret, pair.path, pair.line + 1), *more]
    return {"schema_version": "1", "findings": [row], "scan": {"state": state, "num_findings": 1}}


# --- TruffleHog 3, from its repository


def trufflehog_row(pair: Pair, **changes: Any) -> dict[str, Any]:
    return {
        "SourceMetadata": {"Data": {"Git": {
            "commit": COMMIT, "file": pair.path, "email": "Ann <ann@example.com>",
            "repository": "https://example.com/a/b", "timestamp": "2026-11-23 04:05:06 +0000", "line": pair.line,
        }}},
        "SourceID": 1,
        "SourceType": 16,
        "SourceName": "trufflehog - git",
        "DetectorType": 2,
        "DetectorName": "AWS",
        "DecoderName": "PLAIN",
        "Verified": False,
        "Raw": pair.key_id,
        "RawV2": f"{pair.key_id}:{pair.secret}",
        "Redacted": pair.key_id,
        "ExtraData": {"account": "123456789012", "resource_type": "Access key"},
        "StructuredData": None,
        **changes,
    }  # fmt: skip


# --- detect-secrets 1.5


def detect_secrets(pair: Pair) -> dict[str, Any]:
    def row(kind: str, value: str, line: int) -> dict[str, Any]:
        sha1 = hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
        return {"type": kind, "filename": pair.path, "hashed_secret": sha1, "is_verified": False, "line_number": line}

    rows = [
        row("AWS Access Key", pair.key_id, pair.line),
        row("Secret Keyword", pair.secret, pair.line + 1),
    ]
    return {"version": "1.5.0", "plugins_used": [{"name": "AWSKeyDetector"}], "results": {pair.path: rows}}


# --- GitHub, from its documentation


def github_alert(kind: str, secret: str | None, path: str, line: int, **changes: Any) -> dict[str, Any]:
    number = line
    return {
        "number": number,
        "created_at": "2026-11-23T04:05:06Z",
        "url": f"https://api.github.com/repos/o/r/secret-scanning/alerts/{number}",
        "html_url": f"https://github.com/o/r/security/secret-scanning/{number}",
        "locations_url": f"https://api.github.com/repos/o/r/secret-scanning/alerts/{number}/locations",
        "state": "open",
        "resolution": None,
        "secret_type": kind,
        "secret_type_display_name": "Amazon AWS",
        "secret": secret,
        "validity": "unknown",
        "publicly_leaked": True,
        "multi_repo": False,
        "first_location_detected": {
            "path": f"/{path}", "start_line": line, "end_line": line, "start_column": 1, "end_column": 64,
            "blob_sha": "af56", "blob_url": "https://api.github.com/b", "commit_sha": COMMIT, "commit_url": "",
        },
        "has_more_locations": False,
        **changes,
    }  # fmt: skip


def github(pair: Pair) -> list[Any]:
    return [
        github_alert("aws_secret_access_key", pair.secret, pair.path, pair.line + 1),
        github_alert("aws_access_key_id", pair.key_id, pair.path, pair.line),
    ]


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def as_lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
