"""What people write to each other, and what programs print and exchange, with keys in it."""

from labelled_shape_world import Row

DOCUMENTS = {
    "the console's CSV": Row("accessKeys.csv", "\ufeffAccess key ID,Secret access key\r\n<A>,<a>\r\n", "Aa"),
    "the console's older CSV": Row(
        "credentials.csv",
        """
User name,Password,Access key ID,Secret access key,Console login link
deploy,,<A>,<a>,https://123456789012.signin.aws.amazon.com/console
backup,"x9!Kq,2w",<B>,<b>,https://123456789012.signin.aws.amazon.com/console
""",
        "Aa Bb",
    ),
    "Markdown table": Row(
        "docs/environments.md",
        """
# Environments

| environment | account      | access key | secret |
|-------------|--------------|------------|--------|
| staging     | 123456789012 | `<A>` | `<a>` |
| production  | 210987654321 | `<B>` | `<b>` |
| demo        | 333344445555 | `<C>` | `<c>` |
""",
        "Aa Bb Cc",
    ),
    "Markdown table on its side": Row(
        "wiki/Accounts.md",
        """
| | staging | production |
|---|---|---|
| Access key | <A> | <B> |
| Secret | <a> | <b> |
""",
        "Aa Bb",
    ),
    "README, the same pair twice": Row(
        "README.md",
        """
# Uploader

    export AWS_ACCESS_KEY_ID=<A>
    export AWS_SECRET_ACCESS_KEY=<a>

## Troubleshooting

### InvalidAccessKeyId

Check that the id in your profile is <A>.

### SignatureDoesNotMatch

Check your clock. Check the secret as well, it should be

    secret_access_key = <a>

and nothing else. The whole profile is:

    [uploader]
    aws_access_key_id = <A>
    aws_secret_access_key = <a>
""",
        "Aa",
    ),
    "chat": Row(
        "standup.txt",
        """
[09:12] maria: morning! anybody has s3 creds for the demo? mine got rotated
[09:14] tom: sure, use <A>, the secret is <a>. pls dont commit them :)
[09:15] maria: thx!! does it work for the eu bucket as well?
[09:15] maria: ah no, Access Denied
[09:17] tom: for eu its <B> and <b>
""",
        "Aa Bb",
    ),
    "chat export": Row(
        "general/2026-05-11.json",
        r"""
[
    {
        "type": "message",
        "user": "U<alnum:8>",
        "text": "here you go\n```\naccess key: <X>\nsecret key: <x|php_json>\n```\nfor <https:\/\/acme.dev>",
        "client_msg_id": "<uuid>",
        "ts": "1778490012.000200"
    },
    {
        "type": "message",
        "user": "U<alnum:8>",
        "text": "thanks! <@U<alnum:8>>",
        "client_msg_id": "<uuid>",
        "ts": "1778490075.000300"
    }
]
""",
        "Xx",
    ),
    "support ticket": Row(
        "ticket-4711.txt",
        """
Hello,

our nightly job cannot upload since Monday. We use the access key <A>
(bucket acme-nightly, region eu-west-1). I have checked that the
corresponding secret access key,

  <a>

is the one that you sent. Request id is <upper_hex:16>, host id
<base64_of:57>.

Regards
""",
        "Aa",
    ),
    "answer of create-access-key": Row(
        "key.json",
        """
{
    "AccessKey": {
        "UserName": "deploy",
        "AccessKeyId": "<A>",
        "Status": "Active",
        "SecretAccessKey": "<a>",
        "CreateDate": "2026-04-01T08:15:30+00:00"
    }
}
""",
        "Aa",
    ),
    "answer of create-access-key, as text": Row("key.txt", "ACCESSKEY\t<A>\t2026-04-01\t<a>\tActive\tdeploy\n", "Aa"),
    "answer of create-access-key, as XML": Row(
        "response.xml",
        """
<CreateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<CreateAccessKeyResult><AccessKey><UserName>deploy</UserName><AccessKeyId><A></AccessKeyId><Status>Active</Status>
<SecretAccessKey><a></SecretAccessKey></AccessKey></CreateAccessKeyResult>
<ResponseMetadata><RequestId><uuid></RequestId></ResponseMetadata></CreateAccessKeyResponse>
""",
        "Aa",
    ),
    "answer of assume-role": Row(
        "session.json",
        """
{
    "Credentials": {
        "AccessKeyId": "<T>",
        "SecretAccessKey": "<t>",
        "SessionToken": "<T*>",
        "Expiration": "2026-04-01T09:15:30+00:00"
    },
    "AssumedRoleUser": {
        "AssumedRoleId": "<unique_id:AROA>:ci",
        "Arn": "arn:aws:sts::123456789012:assumed-role/deploy/ci"
    }
}
""",
        "Tt*",
    ),
    "instance metadata": Row(
        "imds.log",
        """
$ curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web
{
  "Code" : "Success",
  "LastUpdated" : "2026-04-01T06:10:30Z",
  "Type" : "AWS-HMAC",
  "AccessKeyId" : "<U>",
  "SecretAccessKey" : "<u>",
  "Token" : "<U*>",
  "Expiration" : "2026-04-01T12:20:01Z"
}
""",
        "Uu*",
    ),
    "aws configure, typed": Row(
        "howto.txt",
        """
$ aws configure --profile acme
AWS Access Key ID [None]: <A>
AWS Secret Access Key [None]: <a>
Default region name [None]: us-east-1
Default output format [None]: json
""",
        "Aa",
    ),
    "log with a time before each line": Row(
        "app.log",
        """
2026-05-11T09:12:00.114Z  INFO 1 --- [main] c.a.Application : Starting Application v1.4.2 (<hex:40>)
2026-05-11T09:12:00.961Z DEBUG 1 --- [main] c.a.Environment : aws.accessKeyId=<A>
2026-05-11T09:12:00.961Z DEBUG 1 --- [main] c.a.Environment : aws.bucket=acme-uploads
2026-05-11T09:12:00.962Z DEBUG 1 --- [main] c.a.Environment : aws.secretKey=<a>
2026-05-11T09:12:01.220Z  INFO 1 --- [main] c.a.Application : Started in 1.31 seconds
""",
        "Aa",
    ),
    "log of JSON lines": Row(
        "worker.jsonl",
        r"""
{"ts":"2026-05-11T09:12:00Z","level":"info","msg":"env","env":{"AWS_ACCESS_KEY_ID":"<A>","AWS_SECRET_ACCESS_KEY":"<a>"}}
{"ts":"2026-05-11T09:12:03Z","level":"error","msg":"POST /connect body={\"key\":\"<B>\",\"secret\":\"<b>\"}"}
""",
        "Aa Bb",
    ),
    "coloured output": Row(
        "ci.log",
        """
<esc>[36mweb_1     |<esc>[0m AWS_ACCESS_KEY_ID=<esc>[33m<A><esc>[0m
<esc>[36mweb_1     |<esc>[0m AWS_SECRET_ACCESS_KEY=<esc>[33m<a><esc>[0m
<esc>[32mworker_1  |<esc>[0m ready
""",
        "Aa",
    ),
    "coloured diff": Row(
        "diff.log",
        """
<esc>[1mdiff --git a/.env b/.env<esc>[m
<esc>[36m@@ -0,0 +1,2 @@<esc>[m
<esc>[32m+<esc>[m<esc>[32mAWS_ACCESS_KEY_ID=<A><esc>[m
<esc>[32m+<esc>[m<esc>[32mAWS_SECRET_ACCESS_KEY=<a><esc>[m
""",
        "Aa",
    ),
    "Postman collection": Row(
        "Acme.postman_collection.json",
        """
{
	"info": {"_postman_id": "<uuid>", "name": "Acme"},
	"auth": {
		"type": "awsv4",
		"awsv4": [
			{
				"key": "secretKey",
				"value": "<a>",
				"type": "string"
			},
			{
				"key": "accessKey",
				"value": "<A>",
				"type": "string"
			},
			{
				"key": "service",
				"value": "execute-api",
				"type": "string"
			}
		]
	}
}
""",
        "Aa",
    ),
    "HAR": Row(
        "session.har",
        r"""
{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"https://app.acme.dev/api/connect",
"headers":[{"name":"Authorization","value":"Bearer <jwt>"},{"name":"Content-Type","value":"application/json"}],
"postData":{"mimeType":"application/json","text":"{\"provider\":\"s3\",\"accessKeyId\":\"<A>\",\"secretAccessKey\":\"<a>\"}"}},
"response":{"status":200,"headers":[{"name":"ETag","value":"W/\"1f-<alnum:27>\""}]}},
{"request":{"method":"GET","url":"https://acme.s3.amazonaws.com/a.png",
"headers":[{"name":"Authorization","value":"AWS4-HMAC-SHA256 Credential=<B>/20260511/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=<hex:64>"}]},
"response":{"status":200,"content":{"mimeType":"image/png","encoding":"base64","text":"<png:300>"}}}]}}
""",  # noqa: E501  as it is written
        "Aa B",
    ),
    "JSON in a string of JSON": Row(
        "event.json",
        r"""
{"Records":[{"messageId":"<uuid>","body":"{\"Message\":\"{\\\"accessKey\\\":\\\"<X>\\\",\\\"secretKey\\\":\\\"<x>\\\"}\"}"}]}
""",
        "Xx",
    ),
    "five accounts on one line": Row(
        "accounts.json",
        '{"accounts":[{"name":"a","key":"<A>","secret":"<a>"},{"name":"b","key":"<B>","secret":"<b>"},'
        '{"name":"c","key":"<C>","secret":"<c>"},{"name":"d","key":"<D>","secret":"<d>"},'
        '{"name":"e","key":"<E>","secret":"<e>"}]}',
        "Aa Bb Cc Dd Ee",
    ),
    "minified JavaScript": Row(
        "dist/app.min.js",
        "!function(e){var t={};function n(r){if(t[r])var o=t[r]={i:r,l:!1,exports:{}};return o.l=!0}"
        'var a="<hex:20>";n.s3=new e.S3({accessKeyId:"<A>",secretAccessKey:"<a>",region:"us-east-1"}),n.d=function'
        '(e,t){n.o(e,t)||Object.defineProperty(e,t,{enumerable:!0})},n.alphabet="<base64_alphabet>"}(window);',
        "Aa",
    ),
    "notebook": Row(
        "analysis.ipynb",
        r"""
{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [{"data": {"image/png": "<png:600>\n"}, "metadata": {}, "output_type": "display_data"}],
   "source": [
    "import s3fs\n",
    "fs = s3fs.S3FileSystem(key=\"<A>\",\n",
    "                       secret=\"<a>\")\n",
    "%env AWS_ACCESS_KEY_ID=<B>\n",
    "%env AWS_SECRET_ACCESS_KEY=<b>\n"
   ]
  }
 ],
 "nbformat": 4,
 "nbformat_minor": 5
}
""",
        "Aa Bb",
    ),
    "id and a hash": Row(
        "access.log",
        """
<hex:64> acme [11/May/2026:09:12:00 +0000] 10.0.0.7 arn:aws:iam::123456789012:user/web <upper_hex:16> REST.GET.OBJECT a
  accessKeyId=<A> hostId=<base64_of:57> etag="<hex:32>" commit=<hex:40> sha1=<base64_of:20> nonce=<base64_of:24>
""",
        "A",
    ),
    "signed addresses": Row(
        "links.md",
        """
[download](https://acme.s3.amazonaws.com/a.zip?AWSAccessKeyId=<A>&Signature=<base64_of:20|url>&Expires=1790000000)
[other](https://acme.dev/b.zip?X-Amz-Credential=<B>%2F20260511%2Fs3%2Faws4_request&X-Amz-Signature=<hex:64>)
""",
        "A B",
    ),
}
