"""Ways in from outside: SAML and OIDC providers, server certificates, virtual second factors, root's own keys."""

from collections.abc import Iterator

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, high, medium, some


class IamProviders:
    id = "iam_providers"
    title = "Identity providers, certificates, and root's own credentials"
    scope = Scope.GLOBAL
    permissions = (
        "iam:ListSAMLProviders",
        "iam:ListOpenIDConnectProviders",
        "iam:GetOpenIDConnectProvider",
        "iam:ListServerCertificates",
        "iam:ListVirtualMFADevices",
        "iam:GetAccountSummary",
    )
    types = (
        "AWS::IAM::SAMLProvider",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::ServerCertificate",
        "AWS::IAM::VirtualMFADevice",
        "AWS::IAM::RootUser",
    )

    def look(self, place: Place) -> Iterator[Thing]:
        iam = place.client("iam")
        for one in iam.items("list_saml_providers", "SAMLProviderList"):
            name = one["Arn"].rsplit("/", 1)[-1]
            yield place.thing("AWS::IAM::SAMLProvider", one["Arn"], name, one.get("CreateDate"))
        yield from _oidc(place)
        for one in iam.items("list_server_certificates", "ServerCertificateMetadataList"):
            name, made = one["ServerCertificateName"], one.get("UploadDate")
            yield place.thing("AWS::IAM::ServerCertificate", one["Arn"], name, made)
        for one in iam.items("list_virtual_mfa_devices", "VirtualMFADevices"):
            arn = one["SerialNumber"]
            detail = some(of=one.get("User", {}).get("Arn")) or "given to nobody"
            yield place.thing(
                "AWS::IAM::VirtualMFADevice", arn, arn.rsplit("/", 1)[-1], one.get("EnableDate"), detail=detail
            )
        yield _root(place)


def _oidc(place: Place) -> Iterator[Thing]:
    iam = place.client("iam")
    for one in iam.items("list_open_id_connect_providers", "OpenIDConnectProviderList"):
        arn = one["Arn"]
        told = place.ask(arn, iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) or {}
        clients = ", ".join(told.get("ClientIDList", ()))
        yield place.thing(
            "AWS::IAM::OIDCProvider", arn, told.get("Url") or arn.partition("/")[2], told.get("CreateDate"),
            detail=some(clients=clients),
        )  # fmt: skip


def _root(place: Place) -> Thing:
    summary = place.client("iam").get_account_summary()["SummaryMap"]
    concerns = (
        *((high("root has access keys"),) if summary.get("AccountAccessKeysPresent") else ()),
        *(() if summary.get("AccountMFAEnabled") else (medium("root has no second factor"),)),
    )
    return place.thing("AWS::IAM::RootUser", place.arn("iam", "root", everywhere=True), "root", concerns=concerns)


CHECK = IamProviders()
