"""The only boto3 outside the stand-in: accounts, assumed roles, regions, retries, errors turned into ours."""
