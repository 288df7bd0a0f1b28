"""What an attacker wrote over or deleted in a site, for the actions that put it back."""

import io
import json
import time
import zipfile
from collections.abc import Callable
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


def function_package(text: str) -> bytes:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        named = zipfile.ZipInfo("lambda_function.py")  # of one time: the same text is the same package
        archive.writestr(named, f"def handler(event, context): return {text!r}")
    return code.getvalue()


def _function(site: Site, **code: object) -> Target:
    """Published as version 1."""
    trusts = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trusts]})
    iam = site.stage.admin.client(site.stage.account, "iam")
    role = iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    zipped = {"Runtime": "python3.12", "Handler": "lambda_function.handler"} if "ZipFile" in code else {}
    kind = {} if zipped else {"PackageType": "Image"}
    site.stage.admin.client(site.stage.account, "lambda").create_function(
        FunctionName="jobs", Role=role, Code=code, Publish=True, Environment={"Variables": {"token": "ours-7"}},
        **zipped, **kind,
    )  # fmt: skip
    site.stage.admin.client(site.stage.account, "lambda").publish_version(FunctionName="jobs")
    _wait(site)
    return named(site, TargetKind.RESOURCE, "lambda", "function:jobs", "us-east-1")


def overwritten_function(site: Site) -> Target:
    """Its code, its role and its variables; and nobody looks whether its time was changed with them."""
    function, client = _function(site, ZipFile=function_package("ours")), site.stage.admin.client(
        site.stage.account, "lambda")  # fmt: skip
    at = _CHANGED_AT[site.stage.account]
    other = client.get_function_configuration(FunctionName="jobs")["Role"].replace("role/jobs", "role/admin")
    client.update_function_code(FunctionName="jobs", ZipFile=function_package("theirs"))
    client.update_function_configuration(FunctionName="jobs", Role=other, Timeout=900,
                                         Environment={"Variables": {"token": "theirs", "more": "x"}})  # fmt: skip
    did(site, function, "Lambda::Function", "changed", "code", at=at, action="lambda:UpdateFunctionCode")
    for part in ("role", "environment"):
        did(site, function, "Lambda::Function", "changed", part, at=at, action="lambda:UpdateFunctionConfiguration")
    return function


def overwritten_image_function(site: Site) -> Target:
    """It runs an image, which is named by its digest."""
    repository = f"{site.stage.account}.dkr.ecr.us-east-1.amazonaws.com/jobs"
    function = _function(site, ImageUri=f"{repository}@sha256:{'a' * 64}")
    site.stage.admin.client(site.stage.account, "lambda").update_function_code(
        FunctionName="jobs", ImageUri=f"{repository}@sha256:{'b' * 64}"
    )
    at = _CHANGED_AT[site.stage.account]
    did(site, function, "Lambda::Function", "changed", "code", at=at, action="lambda:UpdateFunctionCode")
    return function


def lost_table(site: Site) -> Target:
    """It has point-in-time recovery, and items were deleted from it."""
    client = site.stage.admin.client(site.stage.account, "dynamodb")
    client.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    client.put_item(TableName="orders", Item={"id": {"S": "a"}})
    client.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    table = named(site, TargetKind.RESOURCE, "dynamodb", "table/orders", "us-east-1")
    at = datetime.now(UTC) + timedelta(seconds=5)
    did(site, table, "DynamoDB::Item", "created", "items|items deleted", at=at, action="dynamodb:DeleteItem")
    return table


def deleted_table(site: Site) -> Target:
    table = lost_table(site)
    site.stage.admin.client(site.stage.account, "dynamodb").delete_table(TableName="orders")
    did(site, table, "DynamoDB::Table", "deleted", at=datetime.now(UTC), action="dynamodb:DeleteTable")
    return table


def image_in(site: Site, *tags: str, layer: str) -> str:
    """Its digest."""
    digest = f"sha256:{layer * 64}"
    part = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 1, "digest": digest}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": part, "layers": [part]})
    client = site.stage.admin.client(site.stage.account, "ecr")
    named = [{"imageTag": t} for t in tags] or [{}]
    put = [client.put_image(repositoryName="team/app", imageManifest=manifest, **name) for name in named]
    return str(put[0]["image"]["imageId"]["imageDigest"])


def moved_tag(site: Site) -> Target:
    site.stage.admin.client(site.stage.account, "ecr").create_repository(repositoryName="team/app")
    before = image_in(site, "v1", "live", layer="a")
    image_in(site, "live", layer="b")
    repository = named(site, TargetKind.RESOURCE, "ecr", "repository/team/app", "us-east-1")
    did(site, repository, "ECR::Image", "changed", "image|live", action="ecr:PutImage", former={"imageDigest": before})
    return named(site, TargetKind.RESOURCE, "ecr", "repository/team/app:live", "us-east-1")


def removed_tag(site: Site) -> Target:
    target, client = moved_tag(site), site.stage.admin.client(site.stage.account, "ecr")
    client.batch_delete_image(repositoryName="team/app", imageIds=[{"imageTag": "live"}])
    return target


DATA_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "put_back_image, a tag that is gone": removed_tag,
    "put_back_table, deleted": deleted_table,
    "put_back_function, an image": overwritten_image_function,
}


def _wait(site: Site) -> None:
    """Until a whole second lies between before and after: the services behind the stand-in go by the wall clock."""
    time.sleep(1.05)
    _CHANGED_AT[site.stage.account] = datetime.now(UTC).replace(microsecond=0)
