"""Source code and commands, as they are committed with keys in them."""

from labelled_shape_world import Row

CODE = {
    "boto3, named": Row(
        "upload.py",
        """
import boto3

s3 = boto3.client(
    "s3",
    aws_access_key_id="<A>",
    aws_secret_access_key="<a>",
)
""",
        "Aa",
    ),
    "boto, positional": Row(
        "legacy.py",
        """
from boto.s3.connection import S3Connection
conn = S3Connection('<A>', '<a>')
backup = boto.connect_s3(
    '<B>',
    '<b>')
""",
        "Aa Bb",
    ),
    "Django settings": Row(
        "settings/production.py",
        """
SECRET_KEY = "<alnum:50>"
AWS_STORAGE_BUCKET_NAME = "acme-media"
AWS_S3_ACCESS_KEY_ID = "<A>"
AWS_S3_SECRET_ACCESS_KEY = "<a>"
CELERY_BROKER_URL = "sqs://<X>:<x|url>@"
""",
        "Aa Xx",
    ),
    "Python dictionary of accounts": Row(
        "accounts.py",
        """
ACCOUNTS = {
    "prod": ("<A>", "<a>"),
    "test": ("<B>", "<b>"),
    "demo": ("<C>", "<c>"),
}
""",
        "Aa Bb Cc",
    ),
    "JavaScript, SDK 2": Row(
        "s3.js",
        """
const AWS = require('aws-sdk');
AWS.config.update({ accessKeyId: '<A>', secretAccessKey: '<a>', region: 'us-east-1' });
""",
        "Aa",
    ),
    "TypeScript, SDK 3 with a session": Row(
        "src/client.ts",
        """
export const client = new S3Client({
  region: "us-east-1",
  credentials: {
    accessKeyId: "<S>",
    secretAccessKey: "<s>",
    sessionToken: "<S*>",
  },
});
""",
        "Ss*",
    ),
    "Java, positional": Row(
        "src/main/java/com/acme/S3.java",
        """
public class S3 {
  private final AmazonS3 s3 = AmazonS3ClientBuilder.standard()
      .withCredentials(new AWSStaticCredentialsProvider(
          new BasicAWSCredentials("<A>", "<a>")))
      .withRegion(Regions.US_EAST_1).build();
}
""",
        "Aa",
    ),
    "Java, SDK 2, positional session": Row(
        "Sessions.java",
        """
var credentials = AwsSessionCredentials.create(
    "<T>",
    "<t>",
    "<T*>");
""",
        "Tt*",
    ),
    "Java constants far apart": Row(
        "Constants.java",
        """
public final class Constants {
  public static final String S3_KEY = "<A>";

  /** The bucket for uploads. */
  public static final String BUCKET = "acme-uploads";

  /** The prefix for thumbnails. */
  public static final String THUMBNAILS = "thumbs/";

  /** Seconds until a signed address expires. */
  public static final int EXPIRY = 3600;

  public static final String S3_SECRET = "<a>";
}
""",
        "Aa",
    ),
    "Go, positional": Row(
        "main.go",
        """
package main

func newSession() *session.Session {
	return session.Must(session.NewSession(&aws.Config{
		Region:      aws.String("us-west-2"),
		Credentials: credentials.NewStaticCredentials("<A>", "<a>", ""),
	}))
}
""",
        "Aa",
    ),
    "Go struct": Row(
        "internal/store/s3.go",
        """
var creds = aws.Credentials{
	AccessKeyID:     "<A>",
	SecretAccessKey: "<a>",
	Source:          "static",
}
""",
        "Aa",
    ),
    "Ruby, positional": Row(
        "lib/uploader.rb",
        """
Aws.config.update(
  region: 'us-west-2',
  credentials: Aws::Credentials.new('<A>', '<a>')
)
""",
        "Aa",
    ),
    "Ruby, hash rockets": Row(
        "config/initializers/fog.rb",
        """
CarrierWave.configure do |config|
  config.fog_credentials = {
    :provider              => 'AWS',
    :aws_access_key_id     => '<A>',
    :aws_secret_access_key => '<a>'
  }
end
""",
        "Aa",
    ),
    "PHP array": Row(
        "config/s3.php",
        """
<?php
return [
    's3' => [
        'driver' => 's3',
        'key'    => '<A>',
        'secret' => '<a>',
        'region' => 'us-east-1',
    ],
];
""",
        "Aa",
    ),
    "PHP defines": Row(
        "wp-config.php",
        """
define( 'AUTH_KEY', '<alnum:64>' );
define( 'AS3CF_SETTINGS', serialize( array(
    'provider' => 'aws',
    'access-key-id' => '<A>',
    'secret-access-key' => '<a>',
) ) );
""",
        "Aa",
    ),
    "C#, positional": Row(
        "Storage.cs",
        """
public class Storage
{
    private static readonly AWSCredentials Credentials = new BasicAWSCredentials("<A>", @"<a>");
    private readonly IAmazonS3 _backup = new AmazonS3Client("<B>", "<b>", RegionEndpoint.EUWest1);
}
""",
        "Aa Bb",
    ),
    "Rust, positional": Row(
        "src/main.rs",
        """
let credentials = Credentials::new(
    "<A>",
    "<a>",
    None,
    None,
    "hardcoded",
);
""",
        "Aa",
    ),
    "Scala and Spark": Row(
        "src/main/scala/Job.scala",
        """
val hadoop = spark.sparkContext.hadoopConfiguration
hadoop.set("fs.s3a.access.key", "<A>")
hadoop.set("fs.s3a.secret.key", "<a>")
val orders = spark.read.parquet("s3a://acme-lake/orders")
""",
        "Aa",
    ),
    "Kotlin": Row(
        "Uploader.kt",
        """
private const val ACCESS = "<A>"
private const val SECRET = "<a>"
val provider = StaticCredentialsProvider { accessKeyId = ACCESS; secretAccessKey = SECRET }
""",
        "Aa",
    ),
    "Swift": Row(
        "AppDelegate.swift",
        """
let provider = AWSStaticCredentialsProvider(accessKey: "<A>", secretKey: "<a>")
let configuration = AWSServiceConfiguration(region: .USEast1, credentialsProvider: provider)
""",
        "Aa",
    ),
    "C++": Row(
        "s3.cpp",
        """
Aws::Auth::AWSCredentials credentials("<A>", "<a>");
Aws::S3::S3Client client(credentials, config);
""",
        "Aa",
    ),
    "Elixir": Row(
        "config/prod.exs",
        """
config :ex_aws,
  access_key_id: ["<A>", :instance_role],
  secret_access_key: ["<a>", :instance_role]
""",
        "Aa",
    ),
    "R": Row(
        "load.R",
        """
Sys.setenv("AWS_ACCESS_KEY_ID" = "<A>",
           "AWS_SECRET_ACCESS_KEY" = "<a>",
           "AWS_DEFAULT_REGION" = "us-east-2")
""",
        "Aa",
    ),
    "PowerShell": Row(
        "deploy.ps1",
        """
Set-AWSCredential -AccessKey <A> -SecretKey <a> -StoreAs deploy
$env:AWS_ACCESS_KEY_ID = "<B>"
$env:AWS_SECRET_ACCESS_KEY = "<b>"
""",
        "Aa Bb",
    ),
    "batch file": Row(
        "deploy.bat",
        """
@echo off
setx AWS_ACCESS_KEY_ID <A>
setx AWS_SECRET_ACCESS_KEY <a>
set AWS_DEFAULT_REGION=us-east-1
""",
        "Aa",
    ),
    "shell exports of a session": Row(
        "assume.sh",
        """
export AWS_ACCESS_KEY_ID="<U>"
export AWS_SECRET_ACCESS_KEY="<u>"
export AWS_SESSION_TOKEN="<U*>"
""",
        "Uu*",
    ),
    "shell history": Row(
        ".zsh_history",
        """
: 1790000001:0;cd ~/work/acme
: 1790000005:0;aws configure set aws_access_key_id <A>
: 1790000019:0;aws configure set aws_secret_access_key <a>
: 1790000044:0;aws s3 ls
: 1790000101:0;git commit -m "deploy" && git push
: 1790000140:1;curl --aws-sigv4 "aws:amz:us-east-1:s3" --user "<B>:<b>" https://acme.s3.amazonaws.com/x
: 1790000201:0;AWS_ACCESS_KEY_ID=<C> AWS_SECRET_ACCESS_KEY=<c> aws sts get-caller-identity
: 1790000250:0;git show <hex:40>
""",
        "Aa Bb Cc",
    ),
    "spark-submit": Row(
        "run-job.sh",
        """
spark-submit --master yarn --deploy-mode cluster \\
  --conf spark.hadoop.fs.s3a.access.key=<A> \\
  --conf spark.hadoop.fs.s3a.secret.key=<a> \\
  --class com.acme.Job s3a://acme-artifacts/job.jar
""",
        "Aa",
    ),
    "docker run": Row(
        "start.sh",
        """
docker run -d --restart=always -e AWS_ACCESS_KEY_ID=<A> -e AWS_SECRET_ACCESS_KEY=<a> acme/worker:1.4
terraform apply -var access_key=<B> -var secret_key=<b>
""",
        "Aa Bb",
    ),
    "Redshift COPY": Row(
        "load.sql",
        """
COPY orders FROM 's3://acme-lake/orders/'
CREDENTIALS 'aws_access_key_id=<A>;aws_secret_access_key=<a>'
DELIMITER '|' GZIP;
CREATE STAGE lake URL='s3://acme-lake/' CREDENTIALS=(AWS_KEY_ID='<B>' AWS_SECRET_KEY='<b>');
""",
        "Aa Bb",
    ),
    "SQL INSERT": Row(
        "seed.sql",
        """
INSERT INTO `cloud_accounts` (`id`, `name`, `access_key`, `secret_key`, `created_at`) VALUES (1,'prod','<A>','<a>','2026-01-05 10:00:00'),(2,'staging','<B>','<b>','2026-01-06 10:00:00');
""",  # noqa: E501  as it is dumped
        "Aa Bb",
    ),
    "PostgreSQL dump": Row(
        "dump.sql",
        """
COPY public.integrations (id, kind, account, username, password, digest) FROM stdin;
1<tab>s3<tab>acme<tab><A><tab><a><tab><hex:40>
2<tab>s3<tab>globex<tab><B><tab><b><tab><hex:40>
\\.
""",
        "Aa Bb",
    ),
    "comment": Row(
        "storage.rb",
        """
class Storage
  # TODO move to vault
  # prod: <A> / <a>
  def bucket = ENV.fetch("BUCKET")
end
""",
        "Aa",
    ),
    "commented out code": Row(
        "s3.ts",
        """
// const s3 = new AWS.S3({ accessKeyId: "<A>", secretAccessKey: "<a>" });
/*
 * old account
 * <B>
 * <b>
 */
const s3 = new AWS.S3();
""",
        "Aa Bb",
    ),
    "diff of a rotation": Row(
        "rotate.patch",
        """
diff --git a/.env b/.env
index <hex:7>..<hex:7> 100644
--- a/.env
+++ b/.env
@@ -1,4 +1,4 @@
 APP_ENV=production
-AWS_ACCESS_KEY_ID=<A>
-AWS_SECRET_ACCESS_KEY=<a>
+AWS_ACCESS_KEY_ID=<B>
+AWS_SECRET_ACCESS_KEY=<b>
""",
        "Aa Bb",
    ),
    "diff of a rotation, line by line": Row(
        "rotate2.patch",
        """
diff --git a/config.yml b/config.yml
index <hex:40>..<hex:40> 100644
--- a/config.yml
+++ b/config.yml
@@ -1,6 +1,6 @@
 aws:
-  access_key: <A>
+  access_key: <B>
   region: us-east-1
-  secret_key: <a>
+  secret_key: <b>
""",
        "Aa Bb",
    ),
    "address with user and password": Row(
        "mirror.sh",
        """
wget "https://<A>:<a>@acme.s3.amazonaws.com/data.tgz"
hadoop distcp hdfs:///orders "s3n://<Y>:<y|url>@acme-lake/orders"
""",
        "Aa Yy",
    ),
    "percent-encoded query": Row(
        "callback.txt",
        """
https://app.acme.dev/connect?region=us-east-1&access_key=<X>&secret_key=<x|url>&next=%2Fhome
https://login.acme.dev/?return=https%3A%2F%2Fapp%2Fconnect%3Faccess_key%3D<Z>%26secret_key%3D<z|url_twice>%26a%3D1
""",
        "Xx Zz",
    ),
}
