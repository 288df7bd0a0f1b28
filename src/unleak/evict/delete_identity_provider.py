"""Deletes an identity provider that the attacker made: whoever signs in by it gets no session any more.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteIdentityProvider(Deleting):
    id = "delete_identity_provider"
    title = "Delete an identity provider that the attacker made"
    permissions = (
        "iam:GetSAMLProvider", "iam:DeleteSAMLProvider", "iam:GetOpenIDConnectProvider",
        "iam:DeleteOpenIDConnectProvider",
    )  # fmt: skip
    service = "iam"
    types = ("IAM::SAMLProvider", "IAM::OIDCProvider")
    noun = "identity provider"
    by_hand = ByHand(
        console="IAM > Identity providers > {name} > Delete",
        cli="aws iam delete-saml-provider --saml-provider-arn ARN  # or delete-open-id-connect-provider",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html",)

    def look(self, client: Client, target: Target) -> Any:
        if _is_saml(target):
            return {"made": str(client.get_saml_provider(SAMLProviderArn=target.id).get("CreateDate", ""))}
        found = client.get_open_id_connect_provider(OpenIDConnectProviderArn=target.id)
        return {"url": found["Url"], "clients": sorted(found.get("ClientIDList", ()))}

    def delete(self, client: Client, target: Target) -> None:
        if _is_saml(target):
            client.delete_saml_provider(SAMLProviderArn=target.id)
        else:
            client.delete_open_id_connect_provider(OpenIDConnectProviderArn=target.id)


def _is_saml(target: Target) -> bool:
    return ":saml-provider/" in target.id


ACTION = DeleteIdentityProvider()
