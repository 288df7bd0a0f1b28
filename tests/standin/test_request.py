"""Which call an HTTP request is."""

from typing import Any

import pytest

from unleak.standin.request import Ambiguous, read_call, unflatten

FORM = "application/x-www-form-urlencoded; charset=utf-8"
DELETE = b"<Delete><Object><Key>a/b</Key></Object><Object><Key> c</Key><VersionId>1</VersionId></Object></Delete>"
COPY = {"HTTP_X_AMZ_COPY_SOURCE": "/from/a%20b"}

S3: list[tuple[str, str, dict[str, str], bytes, str, dict[str, Any]]] = [
    ("GET", "/", {}, b"", "ListBuckets", {}),
    ("GET", "/b", {}, b"", "ListObjects", {"Bucket": "b"}),
    ("GET", "/b/", {}, b"", "ListObjects", {"Bucket": "b"}),
    ("GET", "/b?list-type=2&prefix=a/", {}, b"", "ListObjectsV2", {"Bucket": "b", "prefix": "a/"}),
    ("HEAD", "/b", {}, b"", "HeadBucket", {"Bucket": "b"}),
    ("PUT", "/b", {}, b"", "CreateBucket", {"Bucket": "b"}),
    ("DELETE", "/b", {}, b"", "DeleteBucket", {"Bucket": "b"}),
    ("GET", "/b/k", {}, b"", "GetObject", {"Bucket": "b", "Key": "k"}),
    ("GET", "/b/a/k.txt", {}, b"", "GetObject", {"Bucket": "b", "Key": "a/k.txt"}),
    ("GET", "/b/dir/", {}, b"", "GetObject", {"Bucket": "b", "Key": "dir/"}),
    ("GET", "/b//k", {}, b"", "GetObject", {"Bucket": "b", "Key": "/k"}),
    ("GET", "/b/a%2520%2Bb%C3%A9", {}, b"", "GetObject", {"Bucket": "b", "Key": "a%20+bé"}),
    ("GET", "/b/k?versionId=7", {}, b"", "GetObject", {"Bucket": "b", "Key": "k", "versionId": "7"}),
    ("HEAD", "/b/k", {}, b"", "HeadObject", {"Bucket": "b", "Key": "k"}),
    ("PUT", "/b/k", {}, b"x", "PutObject", {"Bucket": "b", "Key": "k"}),
    ("PUT", "/b/k", COPY, b"", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "/from/a b"}),
    ("DELETE", "/b/k", {}, b"", "DeleteObject", {"Bucket": "b", "Key": "k"}),
    ("GET", "/b/k?acl", {}, b"", "GetObjectAcl", {"Bucket": "b", "Key": "k"}),
    ("GET", "/b?policy", {}, b"", "GetBucketPolicy", {"Bucket": "b"}),
    ("PUT", "/b?policy", {}, b"{}", "PutBucketPolicy", {"Bucket": "b", "Policy": "{}"}),
    ("DELETE", "/b?policy=", {}, b"", "DeleteBucketPolicy", {"Bucket": "b"}),
    ("GET", "/b?versions", {}, b"", "ListObjectVersions", {"Bucket": "b"}),
    ("GET", "/b?uploads", {}, b"", "ListMultipartUploads", {"Bucket": "b"}),
    (
        "POST",
        "/b?delete",
        {},
        DELETE,
        "DeleteObjects",
        {"Bucket": "b", "Delete": [{"Key": "a/b"}, {"Key": " c", "VersionId": "1"}]},
    ),
    ("POST", "/b?delete", {}, b"<no xml", "DeleteObjects", {"Bucket": "b", "Delete": []}),
    ("POST", "/b/k?uploads", {}, b"", "CreateMultipartUpload", {"Bucket": "b", "Key": "k"}),
    (
        "PUT",
        "/b/k?partNumber=2&uploadId=u",
        {},
        b"x",
        "UploadPart",
        {"Bucket": "b", "Key": "k", "partNumber": "2", "uploadId": "u"},
    ),
    (
        "PUT",
        "/b/k?partNumber=2&uploadId=u",
        COPY,
        b"",
        "UploadPartCopy",
        {"Bucket": "b", "Key": "k", "partNumber": "2", "uploadId": "u", "CopySource": "/from/a b"},
    ),
    ("POST", "/b/k?uploadId=u", {}, b"", "CompleteMultipartUpload", {"Bucket": "b", "Key": "k", "uploadId": "u"}),
    ("DELETE", "/b/k?uploadId=u", {}, b"", "AbortMultipartUpload", {"Bucket": "b", "Key": "k", "uploadId": "u"}),
    ("GET", "/b/k?uploadId=u", {}, b"", "ListParts", {"Bucket": "b", "Key": "k", "uploadId": "u"}),
    ("POST", "/b/k", {}, b"", "", {}),
    ("PATCH", "/b", {}, b"", "", {}),
]


def _environ(method: str, target: str, **more: str) -> dict[str, Any]:
    _, _, query = target.partition("?")
    return {"REQUEST_METHOD": method, "RAW_URI": target, "QUERY_STRING": query, **more}


@pytest.mark.parametrize(("method", "target", "headers", "body", "operation", "parameters"), S3)
def test_s3(
    method: str, target: str, headers: dict[str, str], body: bytes, operation: str, parameters: dict[str, Any]
) -> None:
    call = read_call("s3", "eu-west-1", _environ(method, target, **headers), body)
    assert (call.service, call.region, call.protocol) == ("s3", "eu-west-1", "rest-xml")
    assert (call.operation, call.parameters) == (operation, parameters)


def test_s3_control_is_a_service_of_its_own() -> None:
    call = read_call("s3", "us-east-1", _environ("GET", "/v20180820/configuration/publicAccessBlock"), b"")
    assert (call.service, call.operation) == ("s3control", "GetPublicAccessBlock")


def test_path_without_the_servers_raw_one() -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/b/é".encode().decode("latin-1")}
    assert read_call("s3", "us-east-1", environ, b"").parameters == {"Bucket": "b", "Key": "é"}


LAMBDA = "/2015-03-31/functions"


@pytest.mark.parametrize(
    ("method", "target", "body", "operation", "parameters"),
    [
        ("GET", f"{LAMBDA}/", b"", "ListFunctions", {}),
        ("GET", f"{LAMBDA}?MaxItems=5", b"", "ListFunctions", {"MaxItems": "5"}),
        ("POST", LAMBDA, b'{"FunctionName": "f"}', "CreateFunction", {"FunctionName": "f"}),
        ("GET", f"{LAMBDA}/f", b"", "GetFunction", {"FunctionName": "f"}),
        ("PUT", f"{LAMBDA}/f/code", b'{"ZipFile": ""}', "UpdateFunctionCode", {"FunctionName": "f", "ZipFile": ""}),
        ("POST", f"{LAMBDA}/f/policy", b"no json", "AddPermission", {"FunctionName": "f"}),
        ("GET", f"{LAMBDA}/arn%3Aaws%3Alambda%3Aa%2Fb", b"", "GetFunction", {"FunctionName": "arn:aws:lambda:a/b"}),
        ("GET", "/nowhere", b"", "", {}),
    ],
)
def test_lambda(method: str, target: str, body: bytes, operation: str, parameters: dict[str, Any]) -> None:
    call = read_call("lambda", "us-east-1", _environ(method, target), body)
    assert (call.operation, call.protocol, call.parameters) == (operation, "rest-json", parameters)


@pytest.mark.parametrize(
    ("service", "target", "body", "operation", "parameters"),
    [
        ("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", b"", "LookupEvents", {}),
        ("dynamodb", "DynamoDB_20120810.GetItem", b'{"TableName": "t"}', "GetItem", {"TableName": "t"}),
        ("cloudtrail", "CloudTrail_20131101.LookupEvents", b"[1]", "LookupEvents", {}),
        ("cloudtrail", "CloudTrail_20131101.LookupEvents", b"no json", "LookupEvents", {}),
        ("cloudtrail", "CloudTrail_20131101.Frobnicate", b"{}", "", {}),
        ("nobody-knows", "Any_1.Thing", b"{}", "Thing", {}),
    ],
)
def test_json_target(service: str, target: str, body: bytes, operation: str, parameters: dict[str, Any]) -> None:
    call = read_call(service, "us-east-1", _environ("POST", "/", HTTP_X_AMZ_TARGET=target), body)
    assert (call.operation, call.protocol, call.parameters) == (operation, "json", parameters)


@pytest.mark.parametrize(
    ("service", "target", "body", "operation", "parameters"),
    [
        ("sts", "/", b"Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", {}),
        ("iam", "/?Action=GetUser&UserName=a%20b", b"", "GetUser", {"UserName": "a b"}),
        ("iam", "/", b"Action=CreateUser&UserName=&Path=%2F", "CreateUser", {"UserName": "", "Path": "/"}),
        (
            "ec2",
            "/",
            b"Action=RunInstances&IamInstanceProfile.Name=p",
            "RunInstances",
            {"IamInstanceProfile": {"Name": "p"}},
        ),
        ("monitoring", "/", b"Action=ListMetrics", "ListMetrics", {}),
        ("iam", "/", b"Action=Frobnicate", "", {}),
        ("iam", "/", b"", "", {}),
    ],
)
def test_query(service: str, target: str, body: bytes, operation: str, parameters: dict[str, Any]) -> None:
    call = read_call(service, "us-east-1", _environ("POST", target, CONTENT_TYPE=FORM), body)
    assert (call.operation, call.protocol, call.parameters) == (operation, "query", parameters)


@pytest.mark.parametrize(
    ("fields", "tree"),
    [
        ({}, {}),
        ({"A": "1"}, {"A": "1"}),
        ({"A.B.C": "1", "A.B.D": "2"}, {"A": {"B": {"C": "1", "D": "2"}}}),
        ({"Id.1": "a", "Id.2": "b"}, {"Id": ["a", "b"]}),
        ({f"Id.{i}": str(i) for i in (10, 9, 1)}, {"Id": ["1", "9", "10"]}),
        ({"PolicyArns.member.1.arn": "x"}, {"PolicyArns": [{"arn": "x"}]}),
        (
            {"Filter.1.Name": "n", "Filter.1.Value.1": "a", "Filter.1.Value.2": "b", "Filter.2.Name": "m"},
            {"Filter": [{"Name": "n", "Value": ["a", "b"]}, {"Name": "m"}]},
        ),
        (
            {"Attributes.entry.1.key": "k", "Attributes.entry.1.value": "v"},
            {"Attributes": [{"key": "k", "value": "v"}]},
        ),
        ({"Id.²": "a"}, {"Id": {"²": "a"}}),
        ({"member": "1"}, {"member": "1"}),
    ],
)
def test_unflatten(fields: dict[str, str], tree: dict[str, Any]) -> None:
    assert unflatten(fields) == tree


@pytest.mark.parametrize("fields", [{"A": "1", "A.B": "2"}, {"A.B": "2", "A": "1"}, {"Id.1": "a", "Id": "b"}])
def test_a_value_that_is_a_list_too_is_ambiguous(fields: dict[str, str]) -> None:
    with pytest.raises(Ambiguous):
        unflatten(fields)
