"""The versions of a secret, each with the time at which it was made: moto gives all of them the present.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
"""

import json
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend


def tell_when_versions_were_made() -> None:
    """From now on, in every account."""
    setattr(SecretsManagerBackend, "list_secret_version_ids", _versions)  # noqa: B010  mypy forbids the assignment


def _versions(backend: Any, secret_id: str) -> str:
    secret = backend.secrets[secret_id]
    listed = [
        {"VersionId": number, "CreatedDate": version["createdate"], "VersionStages": version["version_stages"]}
        for number, version in secret.versions.items()
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": listed})
