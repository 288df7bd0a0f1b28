"""What an attacker wrote over or deleted in a site, for the actions that put it back."""

import time
from datetime import UTC, datetime, timedelta

from conftest import Site
from deeds_world import did, named
from unleak.model.entry import Requested
from unleak.model.plan import Step, Target, TargetKind

_CHANGED_AT: dict[str, datetime] = {}


def overwritten_objects(site: Site) -> Target:
    """One written over, one deleted; the third is as it was."""
    s3, bucket = site.stage.admin.client(site.stage.account, "s3"), site.stage.bucket
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("kept/a", "kept/b", "kept/c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"before", Metadata={"of": "ours"}, Tagging="team=a")
    _wait(site)
    s3.put_object(Bucket=bucket, Key="kept/a", Body=b"after")
    s3.delete_object(Bucket=bucket, Key="kept/b")
    return _kept_objects(site)


def put_back_asked(site: Site) -> Requested:
    """A person says which objects, and of which time."""
    since = _CHANGED_AT.get(site.stage.account, datetime.now(UTC))
    times = {"since": since.isoformat(), "until": (since + timedelta(minutes=5)).isoformat()}
    return Requested(Step("put_back_object", _kept_objects(site)), "sam", "a test", times)


def _kept_objects(site: Site) -> Target:
    return Target(TargetKind.RESOURCE, f"arn:aws:s3:::{site.stage.bucket}/kept/*", site.stage.account)


def overwritten_parameter(site: Site) -> Target:
    ssm = site.stage.admin.client(site.stage.account, "ssm")
    ssm.put_parameter(Name="/app/db", Value="before", Type="SecureString")
    _wait(site)
    ssm.put_parameter(Name="/app/db", Value="after", Type="SecureString", Overwrite=True)
    parameter = named(site, TargetKind.RESOURCE, "ssm", "parameter/app/db", "us-east-1")
    did(site, parameter, "SSM::Parameter", "changed", at=_CHANGED_AT[site.stage.account])
    return parameter


def overwritten_secret(site: Site) -> Target:
    secrets = site.stage.admin.client(site.stage.account, "secretsmanager")
    secrets.create_secret(Name="app-secret", SecretString="before")
    _wait(site)
    secrets.put_secret_value(SecretId="app-secret", SecretString="after")
    secret = named(site, TargetKind.RESOURCE, "secretsmanager", "secret:app-secret", "us-east-1")
    did(site, secret, "SecretsManager::Secret", "changed", at=_CHANGED_AT[site.stage.account])
    return secret


def _wait(site: Site) -> None:
    """Until a whole second lies between before and after: the services behind the stand-in go by the wall clock."""
    time.sleep(1.05)
    _CHANGED_AT[site.stage.account] = datetime.now(UTC).replace(microsecond=0)
