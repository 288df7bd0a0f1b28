"""Calls whose fruit no deny ends, and what does: a token for another system, an open shell, a grant."""

from collections.abc import Mapping

ENDS_BY: Mapping[str, str] = {
    "ssm:StartSession": "open shells on machines stay open: end them under Systems Manager > Session Manager",
    "codeartifact:GetAuthorizationToken": "tokens of CodeArtifact live up to 12 hours: nothing ends them sooner",
    "ecr:GetAuthorizationToken": "log-ins to ECR live 12 hours: look at what was pushed and pulled",
    "ecr-public:GetAuthorizationToken": "log-ins to ECR Public live 12 hours: look at what was pushed",
    "sts:GetWebIdentityToken": "tokens for other systems were made: they accept them for up to an hour",
    "eks:CreateAccessEntry": "a way into a cluster was opened: remove the access entry",
    "kms:CreateGrant": "a grant on a key stays until it is revoked: kms:ListGrants, kms:RevokeGrant",
    "signin:CreateOAuth2Token": "`aws login` gave out refresh tokens: read the trail for sessions made from them",
    "account:PutAlternateContact": "the account's contacts were changed: AWS mails those, put them right",
    "account:PutContactInformation": "the account's contact was changed: AWS mails it, put it right",
}
