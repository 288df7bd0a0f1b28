"""What CloudTrail calls an action, as IAM calls it: a policy needs IAM's name.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""

_IN_IAM = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "monitoring:PutMetricData": "cloudwatch:PutMetricData",
}


def in_iam(action: str) -> str:
    """`s3:ListBuckets` is s3:ListAllMyBuckets; most are called alike."""
    return _IN_IAM.get(action, action)
