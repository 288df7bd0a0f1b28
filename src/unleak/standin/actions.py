"""Which IAM actions on which resources an API call needs.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from unleak.iam.policy import Context
from unleak.standin.authorization_reference import action_of, passed_roles, resources_of
from unleak.standin.principals import AccountView, Kind, Principal
from unleak.standin.request import ApiCall


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs; all of a call's needs must be granted."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html, each operation's Permissions
_S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListDirectoryBuckets": "ListAllMyDirectoryBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "ListObjectVersions": "ListBucketVersions",
    "SelectObjectContent": "GetObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
_OF_A_VERSION = {
    f"{verb}{noun}": f"{verb}ObjectVersion{noun.removeprefix('Object')}"
    for verb, nouns in {
        "Get": ("Object", "ObjectAcl", "ObjectTagging", "ObjectAttributes"),
        "Put": ("ObjectAcl", "ObjectTagging"),
        "Delete": ("Object", "ObjectTagging"),
    }.items()
    for noun in nouns
}
_ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
_PASS_PROFILES = frozenset({"RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"})

# The calls of IAM that mean the caller's own user where they name none.
OWN_USER = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "DeleteAccessKey",
        "DeleteSigningCertificate",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListSigningCertificates",
        "UpdateAccessKey",
        "UpdateSigningCertificate",
        "UploadSigningCertificate",
    }
)


def needs_of(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    """Empty for what needs no permission at all."""
    reader = _READERS.get(call.service, _by_reference)
    needs = reader(call, caller, view)
    return () if needs and needs[0].action in _ALWAYS_ALLOWED else needs


def _by_reference(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del view
    action, tags = action_of(call), _tags(call)
    own = tuple(Need(action, resource, tags) for resource in resources_of(call, caller.account))
    return (*own, *(Need("iam:PassRole", role, {"iam:passedtoservice": to}) for role, to in passed_roles(call)))


def _tags(call: ApiCall) -> dict[str, str | tuple[str, ...]]:
    """Tags that the request would put on something, as condition keys."""
    given = call.parameters.get("Tags") or call.parameters.get("tags") or ()
    if isinstance(given, Mapping):
        pairs = {str(k): str(v) for k, v in given.items()}
    else:
        lowered = [{k.lower(): v for k, v in t.items()} for t in given if isinstance(t, Mapping)]
        pairs = {str(t["key"]): str(t.get("value", "")) for t in lowered if "key" in t}
    return {f"aws:requesttag/{k.lower()}": v for k, v in pairs.items()} | (
        {"aws:tagkeys": tuple(pairs)} if pairs else {}
    )


def _iam(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    need = Need(f"iam:{call.operation}", _iam_resource(call, caller, view))
    if call.operation != "AddRoleToInstanceProfile":
        return (need,)
    return (need, _pass_role(_role_arn(str(call.parameters.get("RoleName", "")), caller.account, view)))


def _iam_resource(call: ApiCall, caller: Principal, view: AccountView) -> str:
    p, account, path = call.parameters, caller.account, str(call.parameters.get("Path", "/"))
    if "GroupName" in p:
        return f"arn:aws:iam::{account}:group{path}{p['GroupName']}"
    if "UserName" in p:
        user = view.users.get(p["UserName"])
        return user.arn if user else f"arn:aws:iam::{account}:user{path}{p['UserName']}"
    if "InstanceProfileName" in p:
        return f"arn:aws:iam::{account}:instance-profile{path}{p['InstanceProfileName']}"
    if "RoleName" in p:
        return _role_arn(p["RoleName"], account, view, path)
    if call.operation == "CreatePolicy":
        return f"arn:aws:iam::{account}:policy{path}{p.get('PolicyName', '')}"
    if call.operation in OWN_USER and caller.kind is Kind.USER:
        return caller.source_arn
    return str(p.get("PolicyArn", "*"))


def _role_arn(name: str, account: str, view: AccountView, path: str = "/") -> str:
    role = view.roles.get(name)
    return role.arn if role else f"arn:aws:iam::{account}:role{path}{name}"


def _sts(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del view
    if call.operation == "AssumeRoot":
        asked = call.parameters.get("TaskPolicyArn")
        task = {"sts:taskpolicyarn": str(asked.get("arn", ""))} if isinstance(asked, dict) else {}
        target = str(call.parameters.get("TargetPrincipal", ""))
        arn = target if target.startswith("arn:") else f"arn:aws:iam::{target}:root"
        return (Need("sts:AssumeRoot", arn, task),)
    if call.operation == "GetFederationToken":
        name = call.parameters.get("Name", "")
        return (Need("sts:GetFederationToken", f"arn:aws:sts::{caller.account}:federated-user/{name}"),)
    return (Need(f"sts:{call.operation}", str(call.parameters.get("RoleArn", "*"))),)


def _s3(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del caller, view
    p = call.parameters
    bucket = str(p.get("Bucket", ""))
    if call.operation == "DeleteObjects" and p.get("Delete"):
        return tuple(_on_object("DeleteObject", bucket, o.get("Key", ""), o.get("VersionId")) for o in p["Delete"])
    action = _S3_ACTIONS.get(call.operation, call.operation)
    if "Key" in p:
        own = _on_object(action, bucket, p["Key"], p.get("versionId"))
        return (own, _copied(p["CopySource"])) if "CopySource" in p else (own,)
    about = {"s3:prefix": str(p["prefix"])} if "prefix" in p else {}
    return (Need(f"s3:{action}", f"arn:aws:s3:::{bucket}" if bucket else "*", about),)


def _on_object(action: str, bucket: str, key: str, version: str | None) -> Need:
    named = _OF_A_VERSION.get(action, action) if version else action
    return Need(f"s3:{named}", f"arn:aws:s3:::{bucket}/{key}")


def copy_source(text: str) -> tuple[str, str, str]:
    """Bucket, key and version (or nothing) that `/bucket/key?versionId=…` names."""
    path, _, version = text.removeprefix("/").partition("?versionId=")
    bucket, _, key = path.partition("/")
    return bucket, key, version


def _copied(source: str) -> Need:
    return _on_object("GetObject", *copy_source(source))


def _s3control(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del caller, view
    verb = "Get" if call.operation.startswith("Get") else "Put"
    is_block = call.operation.endswith("PublicAccessBlock")
    return (Need(f"s3:{verb}AccountPublicAccessBlock" if is_block else f"s3:{call.operation}"),)


def _ec2(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    action, prefix = f"ec2:{call.operation}", f"arn:aws:ec2:{call.region}:{caller.account}:instance/"
    passed = _passed_role(call, view) if call.operation in _PASS_PROFILES else ()
    if call.operation == "RunInstances":
        return (Need(action, f"{prefix}*"), *passed)
    if call.operation.startswith("Describe"):
        return (Need(action),)
    named = call.parameters.get("InstanceId")
    ids = named if isinstance(named, list) else [named] if named else []
    return (*(tuple(Need(action, f"{prefix}{i}") for i in ids) or (Need(action),)), *passed)


def _passed_role(call: ApiCall, view: AccountView) -> tuple[Need, ...]:
    """Giving a machine an instance profile passes the profile's role to EC2."""
    profile = call.parameters.get("IamInstanceProfile") or {}
    name = str(profile.get("Name") or str(profile.get("Arn", "")).rsplit("/", 1)[-1])
    return (_pass_role(view.profiles.get(name, f"arn:aws:iam::000000000000:role/{name}")),) if name else ()


def _pass_role(role_arn: str) -> Need:
    return Need("iam:PassRole", role_arn, {"iam:passedtoservice": "ec2.amazonaws.com"})


_READERS: dict[str, Callable[[ApiCall, Principal, AccountView], tuple[Need, ...]]] = {
    "iam": _iam,
    "sts": _sts,
    "s3": _s3,
    "s3control": _s3control,
    "ec2": _ec2,
}
