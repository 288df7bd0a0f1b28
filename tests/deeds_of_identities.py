"""What an attacker has left in IAM beside rights and roles, for each action that takes it out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from conftest import Site
from deeds_world import ADMIN, did, document, iam, named
from unleak.model.plan import Target, TargetKind
from unleak.standin.totp import code_at

_ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
_SAML = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"/>'


def _made_saml(site: Site) -> Target:
    iam(site).create_saml_provider(Name="sso", SAMLMetadataDocument=_SAML + " " * 1000)
    provider = named(site, TargetKind.RESOURCE, "iam", "saml-provider/sso")
    did(site, provider, "IAM::SAMLProvider", "created", action="iam:CreateSAMLProvider")
    return provider


def _made_oidc(site: Site) -> Target:
    iam(site).create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
    provider = named(site, TargetKind.RESOURCE, "iam", "oidc-provider/idp.example.com")
    did(site, provider, "IAM::OIDCProvider", "created", action="iam:CreateOpenIDConnectProvider")
    return provider


def _old_version(site: Site) -> Target:
    policy = named(site, TargetKind.RESOURCE, "iam", "policy/deploy")
    iam(site).create_policy(PolicyName=policy.name, PolicyDocument=document({**_ALLOW, "Action": "s3:GetObject"}))
    iam(site).create_policy_version(PolicyArn=policy.id, PolicyDocument=document(_ALLOW))
    did(site, policy, "IAM::ManagedPolicy", "changed", "version|v2", action="iam:CreatePolicyVersion")
    return policy


def _made_group(site: Site) -> Target:
    group, client = named(site, TargetKind.RESOURCE, "iam", "group/helpers"), iam(site)
    client.create_group(GroupName=group.name)
    client.attach_group_policy(GroupName=group.name, PolicyArn=ADMIN)
    client.put_group_policy(GroupName=group.name, PolicyName="own", PolicyDocument=document(_ALLOW))
    client.add_user_to_group(GroupName=group.name, UserName="aws-victim")
    did(site, group, "IAM::Group", "created", action="iam:CreateGroup")
    return group


def _made_profile(site: Site) -> Target:
    profile = named(site, TargetKind.RESOURCE, "iam", "instance-profile/mine")
    iam(site).create_instance_profile(InstanceProfileName=profile.name)
    iam(site).add_role_to_instance_profile(InstanceProfileName=profile.name, RoleName="data-reader")
    did(site, profile, "IAM::InstanceProfile", "created", action="iam:CreateInstanceProfile")
    return profile


def _filled_profile(site: Site) -> Target:
    profile = named(site, TargetKind.RESOURCE, "iam", "instance-profile/theirs")
    iam(site).create_instance_profile(InstanceProfileName=profile.name)
    iam(site).add_role_to_instance_profile(InstanceProfileName=profile.name, RoleName="data-reader")
    did(site, profile, "IAM::InstanceProfile", "changed", "role|data-reader", action="iam:AddRoleToInstanceProfile")
    return profile


def certificate() -> str:
    key, name = rsa.generate_private_key(65537, 2048), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "me")])
    now = datetime.now(UTC)
    number = x509.random_serial_number()
    made = x509.CertificateBuilder(name, name, key.public_key(), number, now, now + timedelta(days=9))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _given_credentials(site: Site) -> Target:
    client, user = iam(site), named(site, TargetKind.USER, "iam", "user/bystander")
    who = {"UserName": user.name}
    client.create_user(**who)
    ssh = client.upload_ssh_public_key(**who, SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ")
    signing = client.upload_signing_certificate(**who, CertificateBody=certificate())
    service = client.create_service_specific_credential(**who, ServiceName="codecommit.amazonaws.com")
    device = client.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    codes = [code_at(seed, site.standin.gate.clock.now() + timedelta(seconds=s)) for s in (-30, 0)]
    client.enable_mfa_device(
        **who, SerialNumber=device["SerialNumber"], AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
    )
    number = service["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    did(site, user, "IAM::SSHPublicKey", "created", f"ssh|{ssh['SSHPublicKey']['SSHPublicKeyId']}")
    did(site, user, "IAM::SigningCertificate", "created", f"certificate|{signing['Certificate']['CertificateId']}")
    did(site, user, "IAM::ServiceSpecificCredential", "created", f"service|{number}")
    did(site, user, "IAM::User", "changed", f"mfa|{device['SerialNumber']}", action="iam:EnableMFADevice")
    return user


def _spoilt_role(site: Site) -> Target:
    role, client = named(site, TargetKind.ROLE, "iam", "role/data-reader"), iam(site)
    client.attach_role_policy(RoleName=role.name, PolicyArn=ADMIN)
    client.put_role_policy(RoleName=role.name, PolicyName="own", PolicyDocument=document(_ALLOW))
    client.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=ADMIN)
    for part in (f"policy|{ADMIN}", "inline|own"):
        did(site, role, "IAM::Role", "changed", part)
    did(site, role, "IAM::Role", "changed", "boundary", action="iam:PutRolePermissionsBoundary", former={})
    return role


def _spoilt_group(site: Site) -> Target:
    group, client = named(site, TargetKind.RESOURCE, "iam", "group/staff"), iam(site)
    client.create_group(GroupName=group.name)
    client.attach_group_policy(GroupName=group.name, PolicyArn=ADMIN)
    client.put_group_policy(GroupName=group.name, PolicyName="own", PolicyDocument=document(_ALLOW))
    for part in (f"policy|{ADMIN}", "inline|own"):
        did(site, group, "IAM::Group", "changed", part)
    return group


SPOILT_IDENTITIES: dict[str, Callable[[Site], Target]] = {
    "delete_identity_provider": _made_saml,
    "delete_policy_version": _old_version,
    "delete_group": _made_group,
    "delete_instance_profile": _made_profile,
    "delete_user_credential": _given_credentials,
}
IDENTITIES_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "restore_principal, of a role": _spoilt_role,
    "restore_principal, of a group": _spoilt_group,
    "delete_identity_provider, of OpenID Connect": _made_oidc,
    "delete_instance_profile, that was there before": _filled_profile,
}
