"""Configuration of programs, as it is committed with keys in it."""

from labelled_shape_world import Row

CONFIG = {
    "credentials file": Row(
        "aws/credentials",
        """
[default]
aws_access_key_id = <A>
aws_secret_access_key = <a>

[staging]
region = eu-west-1
aws_access_key_id=<B>
aws_secret_access_key=<b>

[ci]
aws_access_key_id = <S>
aws_secret_access_key = <s>
aws_session_token = <S*>
""",
        "Aa Bb Ss*",
    ),
    "two profiles, the second the other way round": Row(
        "aws/config",
        """
[profile web]
region = us-east-1
aws_access_key_id = <A>
aws_secret_access_key = <a>
output = json
[profile batch]
region = us-east-1
aws_secret_access_key = <b>
aws_access_key_id = <B>
output = json
""",
        "Aa Bb",
    ),
    "dotenv": Row(
        ".env",
        """
APP_ENV=production
APP_KEY=base64:<base64_of:32>
DB_PASSWORD=hunter2
AWS_ACCESS_KEY_ID=<A>
AWS_SECRET_ACCESS_KEY=<a>
AWS_DEFAULT_REGION=eu-central-1
AWS_BUCKET=acme-uploads
PUSHER_APP_SECRET=<hex:20>
""",
        "Aa",
    ),
    "sorted environment of two accounts": Row(
        "printenv.txt",
        """
AWS_ACCESS_KEY_ID=<A>
AWS_ACCESS_KEY_ID_BACKUP=<B>
AWS_DEFAULT_REGION=us-west-2
AWS_SECRET_ACCESS_KEY=<a>
AWS_SECRET_ACCESS_KEY_BACKUP=<b>
HOME=/root
HOSTNAME=<hex:12>
LANG=C.UTF-8
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
""",
        "Aa Bb",
    ),
    "two accounts told apart by their names": Row(
        "deploy/settings.env",
        """
STAGING_AWS_ACCESS_KEY_ID=<A>
PROD_AWS_ACCESS_KEY_ID=<B>
PROD_AWS_SECRET_ACCESS_KEY=<b>
STAGING_AWS_SECRET_ACCESS_KEY=<a>
""",
        "Aa Bb",
    ),
    "old key left beside the new one": Row(
        "config/.env.production",
        """
#AWS_ACCESS_KEY_ID=<A>
AWS_ACCESS_KEY_ID=<B>
#AWS_SECRET_ACCESS_KEY=<a>
AWS_SECRET_ACCESS_KEY=<b>
""",
        "Aa Bb",
    ),
    "Terraform provider": Row(
        "main.tf",
        """
provider "aws" {
  region     = "us-east-1"
  access_key = "<A>"
  secret_key = "<a>"
}

provider "aws" {
  alias      = "dr"
  region     = "us-west-2"
  access_key = "<B>"
  secret_key = "<b>"
}
""",
        "Aa Bb",
    ),
    "Terraform variables with defaults": Row(
        "variables.tf",
        """
variable "aws_access_key" {
  description = "Access key of the deploy user"
  type        = string
  default     = "<A>"
}

variable "aws_secret_key" {
  description = "Its secret"
  type        = string
  sensitive   = true
  default     = "<a>"
}
""",
        "Aa",
    ),
    "tfvars": Row(
        "prod.auto.tfvars",
        """
instance_type = "t3.micro"
aws_access_key = "<A>"
aws_secret_key = "<a>"
ami = "ami-<hex:17>"
""",
        "Aa",
    ),
    "Terraform state": Row(
        "terraform.tfstate",
        """
{
  "version": 4,
  "terraform_version": "1.5.7",
  "serial": 31,
  "lineage": "<uuid>",
  "resources": [
    {
      "mode": "managed",
      "type": "aws_iam_access_key",
      "name": "deploy",
      "provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"]",
      "instances": [
        {
          "schema_version": 0,
          "attributes": {
            "create_date": "2026-03-02T10:11:12Z",
            "encrypted_secret": null,
            "encrypted_ses_smtp_password_v4": null,
            "id": "<A>",
            "key_fingerprint": null,
            "pgp_key": null,
            "secret": "<a>",
            "ses_smtp_password_v4": "<ses>",
            "status": "Active",
            "user": "deploy"
          },
          "sensitive_attributes": [],
          "private": "<base64_of:60>"
        }
      ]
    }
  ]
}
""",
        "Aa",
    ),
    "CloudFormation parameters": Row(
        "stack.yaml",
        """
Parameters:
  AccessKey:
    Type: String
    Default: <A>
  SecretKey:
    Type: String
    NoEcho: true
    Default: <a>
Resources:
  Instance:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-<hex:17>
      UserData: !Base64
        Fn::Sub: |
          #!/bin/bash
          export AWS_ACCESS_KEY_ID=<B>
          export AWS_SECRET_ACCESS_KEY=<b>
          aws s3 sync s3://acme-artifacts /opt/app
""",
        "Aa Bb",
    ),
    "docker-compose": Row(
        "docker-compose.yml",
        """
services:
  web:
    image: acme/web:latest@sha256:<hex:64>
    environment:
      - AWS_ACCESS_KEY_ID=<A>
      - AWS_SECRET_ACCESS_KEY=<a>
  worker:
    image: acme/worker:latest
    environment:
      AWS_ACCESS_KEY_ID: <B>
      AWS_SECRET_ACCESS_KEY: <b>
""",
        "Aa Bb",
    ),
    "Dockerfile, ENV with spaces": Row(
        "Dockerfile",
        """
FROM python:3.11-slim@sha256:<hex:64>
ENV AWS_ACCESS_KEY_ID <A>
ENV AWS_SECRET_ACCESS_KEY <a>
RUN pip install --no-cache-dir awscli
""",
        "Aa",
    ),
    "Dockerfile, ARG and one ENV": Row(
        "build/Dockerfile",
        """
FROM alpine:3.20
ARG ACCESS_KEY=<A>
ARG SECRET_KEY=<a>
ENV AWS_ACCESS_KEY_ID="<B>" \\
    AWS_SECRET_ACCESS_KEY="<b>"
""",
        "Aa Bb",
    ),
    "Ansible variables": Row(
        "group_vars/all.yml",
        """
---
ec2_access_key: "<A>"
ec2_secret_key: "<a>"
ec2_region: us-east-1
s3:
  aws_access_key: '<B>'
  aws_secret_key: '<b>'
""",
        "Aa Bb",
    ),
    "Kubernetes Secret, halves in base64": Row(
        "k8s/secret.yaml",
        """
apiVersion: v1
kind: Secret
metadata:
  name: aws-creds
  uid: <uuid>
type: Opaque
data:
  AWS_ACCESS_KEY_ID: <A|b64>
  AWS_SECRET_ACCESS_KEY: <a|b64>
""",
        "Aa",
    ),
    "Kubernetes Secret, halves in base64 with a line end": Row(
        "k8s/velero.yaml",
        """
apiVersion: v1
kind: Secret
metadata:
  name: velero
data:
  secret-key: <a|b64_line>
  access-key: <A|b64_line>
""",
        "Aa",
    ),
    "Kubernetes Secret, stringData": Row(
        "k8s/external-dns.yaml",
        """
apiVersion: v1
kind: Secret
metadata:
  name: external-dns
stringData:
  access-key-id: <A>
  secret-access-key: <a>
""",
        "Aa",
    ),
    "Kubernetes container, names and values": Row(
        "k8s/deployment.yaml",
        """
    spec:
      containers:
        - name: app
          image: registry.acme.dev/app@sha256:<hex:64>
          env:
            - name: AWS_ACCESS_KEY_ID
              value: <A>
            - name: AWS_SECRET_ACCESS_KEY
              value: <a>
            - name: AWS_REGION
              value: eu-west-3
""",
        "Aa",
    ),
    "ECS task definition": Row(
        "taskdef.json",
        """
{
  "family": "web",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:<hex:40>",
      "environment": [
        {"name": "AWS_ACCESS_KEY_ID", "value": "<A>"},
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "AWS_SECRET_ACCESS_KEY", "value": "<a>"}
      ]
    },
    {
      "name": "sidecar",
      "environment": [
        {"value": "<b>", "name": "AWS_SECRET_ACCESS_KEY"},
        {"value": "<B>", "name": "AWS_ACCESS_KEY_ID"}
      ]
    }
  ]
}
""",
        "Aa Bb",
    ),
    "Helm values": Row(
        "charts/app/values.yaml",
        """
persistence:
  imageChartStorage:
    type: s3
    s3:
      region: us-west-1
      bucket: registry
      accesskey: <A>
      secretkey: <a>
minio:
  rootUser: admin
""",
        "Aa",
    ),
    "serverless.yml": Row(
        "serverless.yml",
        """
service: mailer
provider:
  name: aws
  runtime: nodejs18.x
  environment:
    ACCESS_KEY: ${opt:key, '<A>'}
    SECRET_KEY: ${opt:secret, '<a>'}
""",
        "Aa",
    ),
    "Spring properties": Row(
        "src/main/resources/application.properties",
        """
spring.application.name=orders
cloud.aws.credentials.access-key=<A>
cloud.aws.credentials.secret-key=<a>
cloud.aws.region.static=eu-west-1
cloud.aws.stack.auto=false
""",
        "Aa",
    ),
    "far apart in a properties file": Row(
        "conf/app.properties",
        """
storage.type=s3
storage.s3.accessKey=<A>
storage.s3.bucket=acme-orders-prod
storage.s3.region=eu-west-1
storage.s3.endpoint=https://s3.eu-west-1.amazonaws.com
storage.s3.pathStyle=false
storage.s3.maxConnections=64
storage.s3.prefix=orders/v2
storage.s3.retry.max=5
storage.s3.retry.backoff=250
storage.s3.sse=aws:kms
storage.s3.sse.key=arn:aws:kms:eu-west-1:123456789012:key/<uuid>
storage.s3.secretKey=<a>
storage.s3.timeout=30
""",
        "Aa",
    ),
    "Spring YAML": Row(
        "application-prod.yml",
        """
cloud:
  aws:
    credentials:
      accessKey: <A>
      secretKey: <a>
      useDefaultAwsCredentialsChain: false
spring:
  datasource:
    url: jdbc:postgresql://db.acme.internal:5432/orders
""",
        "Aa",
    ),
    "web.config": Row(
        "Web.config",
        """
<?xml version="1.0"?>
<configuration>
  <appSettings>
    <add key="AWSProfileName" value="prod"/>
    <add key="AWSAccessKey" value="<A>"/>
    <add key="AWSSecretKey" value="<a>"/>
    <add key="webpages:Version" value="3.0.0.0" />
  </appSettings>
  <system.web>
    <machineKey validationKey="<upper_hex:128>" decryptionKey="<upper_hex:64>" validation="SHA1" decryption="AES"/>
  </system.web>
</configuration>
""",
        "Aa",
    ),
    "appsettings.json": Row(
        "appsettings.Production.json",
        """
{
  "Logging": {"LogLevel": {"Default": "Warning"}},
  "AWS": {
    "Region": "ap-southeast-2",
    "AccessKey": "<X>",
    "SecretKey": "<x|html_json>"
  },
  "AllowedHosts": "*"
}
""",
        "Xx",
    ),
    "Hadoop core-site.xml": Row(
        "core-site.xml",
        """
<configuration>
  <property>
    <name>fs.s3a.access.key</name>
    <value><A></value>
  </property>
  <property>
    <name>fs.s3a.secret.key</name>
    <value><a></value>
  </property>
</configuration>
""",
        "Aa",
    ),
    "Maven settings.xml": Row(
        "settings.xml",
        """
<settings>
  <servers>
    <server>
      <id>maven-s3-releases</id>
      <username><A></username>
      <password><a></password>
    </server>
    <server>
      <id>maven-s3-snapshots</id>
      <username><B></username>
      <password><b></password>
    </server>
  </servers>
</settings>
""",
        "Aa Bb",
    ),
    "XML with entities": Row(
        "storage.xml",
        """
<storage provider="S3" accessKey="<Y>" secretKey="<y|entities>" bucket="acme"/>
""",
        "Yy",
    ),
    "iOS property list": Row(
        "Info.plist",
        """
<plist version="1.0">
<dict>
	<key>S3AccessKey</key>
	<string><A></string>
	<key>S3SecretKey</key>
	<string><a></string>
	<key>CFBundleVersion</key>
	<string>42</string>
</dict>
</plist>
""",
        "Aa",
    ),
    "Android strings": Row(
        "app/src/main/res/values/strings.xml",
        """
<resources>
    <string name="app_name">Acme</string>
    <string name="s3_key"><A></string>
    <string name="s3_secret"><a></string>
    <string name="google_maps_key">AI<alnum:37></string>
</resources>
""",
        "Aa",
    ),
    "s3cmd": Row(
        ".s3cfg",
        """
[default]
access_key = <A>
bucket_location = US
gpg_command = /usr/bin/gpg
host_base = s3.amazonaws.com
multipart_chunk_size_mb = 15
secret_key = <a>
signature_v2 = False
use_https = True
""",
        "Aa",
    ),
    "rclone": Row(
        "rclone.conf",
        """
[backup]
type = s3
provider = AWS
env_auth = false
access_key_id = <A>
secret_access_key = <a>
region = eu-north-1

[crypt]
type = crypt
remote = backup:acme
password = <name_like:54>
""",
        "Aa",
    ),
    "boto": Row(
        ".boto",
        """
[Credentials]
aws_access_key_id = <A>
aws_secret_access_key = <a>
[Boto]
https_validate_certificates = True
""",
        "Aa",
    ),
    "s3fs password": Row("etc/passwd-s3fs", "<Z>:<z>\nacme-backups:<A>:<a>\n", "Zz Aa"),
    "GitHub workflow": Row(
        ".github/workflows/deploy.yml",
        """
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@<hex:40>
      - uses: aws-actions/configure-aws-credentials@<hex:40>
        with:
          aws-access-key-id: <A>
          aws-secret-access-key: <a>
          aws-region: us-east-2
      - run: aws s3 sync dist s3://acme-site
""",
        "Aa",
    ),
    "GitLab CI": Row(
        ".gitlab-ci.yml",
        """
variables:
  AWS_ACCESS_KEY_ID: "<A>"
  AWS_SECRET_ACCESS_KEY: "<a>"
deploy:
  image: python:latest
  script: [pip install awscli, aws s3 cp app.zip s3://acme-deploy/]
""",
        "Aa",
    ),
    "Travis CI": Row(
        ".travis.yml",
        """
language: ruby
env:
  global:
    - AWS_ACCESS_KEY_ID=<A> AWS_SECRET_ACCESS_KEY=<a>
deploy:
  provider: s3
  access_key_id: <B>
  secret_access_key: <b>
  bucket: acme-gems
""",
        "Aa Bb",
    ),
    "CircleCI": Row(
        ".circleci/config.yml",
        """
jobs:
  build:
    docker:
      - image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/ci:2
        aws_auth:
          aws_access_key_id: <A>
          aws_secret_access_key: <a>
    environment:
      AWS_DEFAULT_REGION: us-east-1
""",
        "Aa",
    ),
    "Jenkinsfile": Row(
        "Jenkinsfile",
        """
pipeline {
  agent any
  environment {
    AWS_ACCESS_KEY_ID     = '<A>'
    AWS_SECRET_ACCESS_KEY = '<a>'
  }
}
""",
        "Aa",
    ),
    "parallel lists": Row(
        "accounts.yml",
        """
access_keys:
  - <A>
  - <B>
  - <C>
secret_keys:
  - <a>
  - <b>
  - <c>
""",
        "Aa Bb Cc",
    ),
    "one secret alone, named": Row(
        "ansible/roles/backup/vars/secret.yml",
        """
# the id is in the inventory
aws_secret_access_key: <a>
retention_days: 30
""",
        "a",
    ),
    "one id alone": Row(
        "backup.ini",
        """
[s3]
bucket = acme-backups
access_key = <A>
secret_key = ${S3_SECRET_KEY}
""",
        "A",
    ),
    "Bedrock keys": Row(
        ".env.local",
        """
AWS_REGION=us-east-1
AWS_BEARER_TOKEN_BEDROCK=<bedrock>
""",
    ),
    "Bedrock key of a session": Row("run.sh", "export AWS_BEARER_TOKEN_BEDROCK=<bedrock_short>\npython agent.py\n"),
    "MWS": Row(
        "mws.php",
        """
<?php
define('AWS_ACCESS_KEY_ID', '<A>');
define('AWS_SECRET_ACCESS_KEY', '<a>');
define('MERCHANT_ID', 'A2<alnum:12>');
define('MWS_AUTH_TOKEN', '<mws>');
""",
        "Aa",
    ),
    "AppSync": Row(
        "src/aws-exports.js",
        """
const awsmobile = {
    "aws_project_region": "us-east-1",
    "aws_appsync_graphqlEndpoint": "https://<lower_alnum:26>.appsync-api.us-east-1.amazonaws.com/graphql",
    "aws_appsync_authenticationType": "API_KEY",
    "aws_appsync_apiKey": "<appsync>"
};
export default awsmobile;
""",
    ),
    "SES SMTP": Row(
        "config/mail.yml",
        """
smtp:
  address: email-smtp.eu-west-1.amazonaws.com
  port: 587
  user_name: <A>
  password: <ses>
  authentication: login
""",
        "A",
    ),
}
