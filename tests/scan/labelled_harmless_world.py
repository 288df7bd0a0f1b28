"""What looks like AWS credentials and is none. Nothing is to be found in these files."""

import gzip
import io
import struct
import zipfile
import zlib

from labelled_shape_world import Row


def _png(data: bytes) -> bytes:
    """A picture whose pixels are the bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", len(data), 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" + data)) + chunk(b"IEND", b"")


def _zip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("README.md"), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


HARMLESS = {
    "AWS's documentation": Row(
        "docs/setup.md",
        """
Put this into `~/.aws/credentials`:

    [default]
    aws_access_key_id = <doc_id>
    aws_secret_access_key = <doc_secret>

    [user1]
    aws_access_key_id=<doc_id2>
    aws_secret_access_key=<doc_secret2>
""",
    ),
    "AWS's documentation, session": Row(
        "docs/sts.md",
        """
    export AWS_ACCESS_KEY_ID=<doc_session>
    export AWS_SECRET_ACCESS_KEY=<doc_secret>
    export AWS_SESSION_TOKEN=<doc_token>
""",
    ),
    "SigV4 test vectors": Row(
        "tests/test_sigv4.py",
        """
ACCESS = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
# AWS4-HMAC-SHA256 Credential=<doc_id>/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-date
SIGNATURE = "<hex:64>"
KEY = bytes.fromhex("<hex:64>")
EMPTY = "<hex:64>"
""",
    ),
    "placeholders": Row(
        ".env.sample",
        """
AWS_ACCESS_KEY_ID=<placeholder_id>
AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
S3_ACCESS_KEY=<counted_id>
S3_SECRET_KEY=<your-secret-access-key-goes-right-here>
AWS_SECRET_KEY=YOUR_AWS_SECRET_ACCESS_KEY_GOES_HERE_123
MY_SECRET=****************************************
""",
    ),
    "what stands in for a key in tests": Row(
        "conftest.py",
        """
os.environ["AWS_ACCESS_KEY_ID"] = "testing"
os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"
os.environ["AWS_SECURITY_TOKEN"] = "testing"
client = boto3.client("s3", aws_access_key_id="minioadmin", aws_secret_access_key="minioadmin")
dynamo = boto3.client("dynamodb", aws_access_key_id="fakeMyKeyId", aws_secret_access_key="fakeSecretAccessKey")
""",
    ),
    "letters and digits in order": Row(
        "test/signer.rb",
        """
ACCESS_KEY_ID = 'access-key-id'
SECRET_ACCESS_KEY = '1234567890123456789012345678901234567890'
OTHER_SECRET = 'abcdefghijklmnopqrstuvwxyz12345678901234'
FAKE_SECRET = '<letters>'
BASE_62 = '<base62>'
BASE_64 = '<base64_alphabet>'
""",
    ),
    "unique ids of IAM": Row(
        "iam.json",
        """
{"Users": [
  {"UserName": "tom", "UserId": "<unique_id:AIDA>", "Arn": "arn:aws:iam::123456789012:user/tom"},
  {"UserName": "eve", "UserId": "<unique_id:AIDA>", "PermissionsBoundary": {"Type": "<unique_id:ANPA>"}}],
 "Roles": [{"RoleName": "SecretsReader", "RoleId": "<unique_id:AROA>"}],
 "Groups": [{"GroupId": "<unique_id:AGPA>"}],
 "InstanceProfiles": [{"InstanceProfileId": "<unique_id:AIPA>"}],
 "Condition": {"StringLike": {"aws:userId": ["<unique_id:AROA>:*", "<unique_id:AIDA>"]}},
 "ServerCertificateId": "<unique_id:ASCA>", "PublicKeyId": "<unique_id:APKA>"}
""",
    ),
    "policies and names of resources": Row(
        "policy.json",
        """
{"Version": "2012-10-17", "Statement": [{"Sid": "ReadSecrets", "Effect": "Allow",
  "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
  "Resource": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/orders/database/credentials-<alnum:6>",
    "arn:aws:kms:us-east-1:123456789012:key/<uuid>",
    "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
    "arn:aws:iam::aws:policy/AWSSecretsManagerClientReadOnlyAccess"]}]}
""",
    ),
    "references in CloudFormation": Row(
        "template.yaml",
        """
Environment:
  Variables:
    AWS_SECRET_ACCESS_KEY: !Ref DeploymentUserAwsSecretAccessKeyParameter
    ACCESS_KEY: "{{resolve:secretsmanager:prod/aws/deploy:SecretString:access_key_id}}"
    SECRET_KEY: "{{resolve:secretsmanager:prod/aws/deploy:SecretString:secret_access_key}}"
    SECRET_KEY_SSM: "{{resolve:ssm-secure:/prod/orders/aws/secretAccessKey:1}}"
Outputs:
  SecretAccessKey:
    Value: !GetAtt DeploymentUserAccessKeyForContinuousInteg.SecretAccessKey
""",
    ),
    "references to variables": Row(
        "deploy.yml",
        """
env:
  AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}
  AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY_FOR_PRODUCTION }}
run: |
  export AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY}"
  aws configure set aws_secret_access_key "$AWS_SECRET_ACCESS_KEY"
  export AWS_SECRET_ACCESS_KEY=$(vault kv get -field=secret_key kv/aws/production/deploymentuser)
  export AWS_SECRET_ACCESS_KEY=op://Infrastructure/AwsDeploymentUser/secretaccesskey
  export AWS_SECRET_ACCESS_KEY={{ .Values.objectStorage.credentials.secretAccessKey }}
secretKeyRef: {name: aws-credentials, key: AwsDeploymentUserSecretAccessKeyVersion2}
""",
    ),
    "references in Terraform": Row(
        "provider.tf",
        """
provider "aws" {
  access_key = var.access_key
  secret_key = var.secret_key
}
locals {
  secret = data.vault_generic_secret.aws_deploy_user.data["secret_key"]
  secret_name = module.orders.outputs.awsSecretsManagerSecretNameForProduction
}
""",
    ),
    "encrypted values": Row(
        "secrets.enc.yaml",
        """
aws_access_key_id: ENC[AES256_GCM,data:<base64_of:20>,iv:<base64_of:32>,tag:<base64_of:16>,type:str]
aws_secret_access_key: ENC[AES256_GCM,data:<base64_of:40>,iv:<base64_of:32>,tag:<base64_of:16>,type:str]
eyaml_secret: ENC[PKCS7,<base64_of:390>]
travis:
  secure: "<base64_of:512>"
sops:
  kms:
    - arn: arn:aws:kms:us-east-1:123456789012:key/<uuid>
      enc: <base64_begun:01020200:170>
  mac: ENC[AES256_GCM,data:<base64_of:88>,iv:<base64_of:32>,tag:<base64_of:16>,type:str]
""",
    ),
    "ciphertexts of KMS": Row(
        "lambda/config.py",
        """
# aws kms encrypt --key-id alias/secrets --plaintext fileb://secret.txt --query CiphertextBlob --output text
ENCRYPTED_SECRET = "<base64_begun:0102020078:150>"
SECRET_DATA_KEY = (
    "<base64_begun:0101030078:151>"
)
""",
    ),
    "secrets of other companies": Row(
        "config/other.env",
        """
GOOGLE_CLIENT_SECRET=GOCSPX-<name_like:28>
GITHUB_CLIENT_SECRET=<hex:40>
GITHUB_WEBHOOK_SECRET=<hex:40>
SLACK_SIGNING_SECRET=<hex:32>
TWITTER_ACCESS_SECRET=<alnum:45>
TWITTER_CONSUMER_SECRET=<alnum:50>
AZURE_STORAGE_SECRET=<base64_of:64>
AZURE_CLIENT_SECRET=<alnum:3>8Q~<name_like:34>
COGNITO_CLIENT_SECRET=<lower_alnum:52>
SECRET_KEY_BASE=<hex:128>
JWT_SECRET=<base64_of:32>
SESSION_SECRET=<base64_of:48>
KEYCLOAK_SECRET=<uuid>
""",
    ),
    "hashes of git": Row(
        "CHANGELOG.md",
        """
* secret rotation: drop the old code (<hex:40>)
* [secrets] use the vault ([<hex:7>](https://git.acme.dev/acme/app/commit/<hex:40>))

    commit <hex:40>
    Merge: <hex:40> <hex:40>
    sha256 <hex:64>
    SECRET_REF=<upper_hex:40>
    aws_secret_key = <hex:40>
""",
    ),
    "diff of a picture": Row(
        "logo.patch",
        """
diff --git a/secret-logo.png b/secret-logo.png
index <hex:40>..<hex:40> 100644
GIT binary patch
literal 512
zc<name_like:60>
zc<name_like:60>
""",
    ),
    "lock of npm": Row(
        "package-lock.json",
        """
{"lockfileVersion": 3, "packages": {
  "node_modules/aws-sdk": {"version": "2.1.0", "integrity": "sha512-<base64_of:64>"},
  "node_modules/secret-stack": {"version": "6.4.0", "integrity": "sha1-<base64_of:20>"},
  "node_modules/keygrip": {"version": "1.1.0", "integrity": "sha512-<base64_of:64>", "dev": true},
  "node_modules/aws-crt": {"version": "1.2.0", "integrity": "sha384-<base64_of:48>"}}}
""",
    ),
    "lock of yarn": Row(
        "yarn.lock",
        """
"@aws-sdk/client-secrets-manager@^3.400.0":
  version "3.400.0"
  resolved "https://registry.acme.dev/@aws-sdk/client-secrets-manager/-/client-secrets-manager-3.400.0.tgz#<hex:40>"
  integrity sha512-<base64_of:64>

"@aws-sdk/util@npm:^3.0.0":
  checksum: 10c0/<hex:128>
""",
    ),
    "locks of pip, cargo and Go": Row(
        "locks.txt",
        """
boto3==1.34.0 --hash=sha256:<hex:64> --hash=sha256:<hex:64>
secretstorage==3.3.3 --hash=sha256:<hex:64>
checksum = "<hex:64>"
github.com/aws/aws-sdk-go-v2/service/secretsmanager v1.20.1 h1:<base64_of:32>
github.com/aws/aws-sdk-go-v2/service/secretsmanager v1.20.1/go.mod h1:<base64_of:32>
narHash = "sha256-<base64_of:32>"
secret = "sha256:<lower_alnum:52>"
""",
    ),
    "picture in base64": Row(
        "secret.html",
        """
<img alt="secret key" src="data:image/png;base64,<png:3000>">
<img alt="aws secret" src='data:image/png;base64,<png:1997>'>
""",
    ),
    "font in base64": Row(
        "fonts.css",
        """
@font-face{font-family:Secret;src:url(data:font/woff2;base64,<font:4000>) format("woff2")}
""",
    ),
    "certificate and keys in PEM": Row(
        "tls.yaml",
        """
secret: |
  -----BEGIN CERTIFICATE-----
<base64_lines:657>
  -----END CERTIFICATE-----
aws_secret:
  -----BEGIN PUBLIC KEY-----
<base64_lines:200>
  -----END PUBLIC KEY-----
""",
    ),
    "public keys of SSH": Row(
        "authorized_keys",
        """
ssh-rsa <base64_begun:000000077373682d727361:272> secrets@acme
ssh-ed25519 <base64_begun:0000000b7373682d65643235353139:40> aws-secret@acme
SHA256:<base64_of:30>AbC secret@acme (ED25519)
""",
    ),
    "source map": Row(
        "dist/secret.min.js.map",
        """
{"version":3,"file":"secret.min.js","sources":["../src/aws/secretAccessKeyProvider.ts"],"names":["secretAccessKey"],
"mappings":"AAAA,SAASA,KAAIC,<mappings:900>AAAA"}
""",
    ),
    "minified JavaScript": Row(
        "dist/vendor.min.js",
        '!function(e){"use strict";var t="<base64_alphabet>=",n="<base62>",r="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";'
        "e.secretAccessKey=e.credentials.secretAccessKey||e.getSecretAccessKeyFromEnvironmentVariable();"
        'e.hash="<hex:20>";e.chunk="<hex:32>";e.integrity="sha384-<base64_of:48>"}(this);//# id=<hex:40>',
    ),
    "tokens of JWT": Row(
        "auth.http",
        """
GET /secret HTTP/1.1
Authorization: Bearer <jwt>
X-Secret: <jwt>
code_challenge=<name_like:43>&client_secret=<uuid>
""",
    ),
    "UUIDs": Row(
        "ids.csv",
        """
id,secret_id,token
<uuid>,<uuid>,<hex:32>
<uuid>,<uuid>,<hex:32>
""",
    ),
    "long words and paths": Row(
        "Secrets.java",
        """
import com.acme.platform.secrets.AwsSecretsManagerCredentialsProviderFactory;
// secret: see src/main/java/com/acme/SecretRotatorImpl
class AwsSecretAccessKeyRotationScheduleConfig extends AbstractSecretAccessKeyRotationSchedules {
  String secretPath = "secret/data/production/orders/aws/Key2";
  String secretClass = "SimpleSecretAccessKeyCredentialsProvider";
  String awsSecret = "getSecretAccessKeyFromEnvironmentOrFile1";
  String secretUrl = "https://vault.acme.internal/v1/aws/creds/OrdersServiceReadOnly/V2";
}
""",
    ),
    "S3's headers": Row(
        "response.txt",
        """
HTTP/1.1 200 OK
x-amz-id-2: <base64_of:57>
x-amz-request-id: <upper_hex:16>
x-amz-version-id: <name_like:32>
x-amz-checksum-sha256: <base64_of:32>
x-amz-checksum-sha1: <base64_of:20>
ETag: "<hex:32>-5"
x-amz-meta-secret: no
Content-MD5: <base64_of:16>
""",
    ),
    "bytes in base64": Row(
        "fixtures.json",
        """
{"secret_image": "<base64_of:1024>", "nonce": "<base64_of:24>", "salt": "<base64_of:16>", "hash": "<base64_of:32>",
 "blobs": ["<base64_of:31>", "<base64_of:61>", "<base64_of:100>", "<base64_of:500>"]}
""",
    ),
    "picture": Row("secret.png", "aws secret <base64_of:3000>", wrap=_png),
    "nothing much in a zip": Row(
        "docs.zip", "aws_secret_access_key = <doc_secret>\nkey = <doc_id>\n<hex:40>\n", wrap=_zip
    ),
    "nothing much in gzip": Row(
        "old.log.gz", "<hex:40> secret=<uuid>\nuser <unique_id:AIDA>\n", wrap=lambda d: gzip.compress(d, mtime=0)
    ),
}
