"""Every way from one credential to the next that the attacker knows."""

from collections.abc import Callable

import incident_ways_machines as machines
import incident_ways_outside as outside
import incident_ways_services as services
import incident_ways_sessions as sessions
import incident_ways_users as users
from incident_attack import Attack

Way = Callable[[Attack], bool]
"""False: not possible in this town, or not now; then nothing was written."""

WAYS: dict[str, Way] = {
    "AssumeRole": sessions.assume_a_role,
    "role chaining": sessions.chain_roles,
    "another account": sessions.hop_to_another_account,
    "GetSessionToken": sessions.get_session_token,
    "GetFederationToken": sessions.federate,
    "a role's session in the console": sessions.role_to_console,
    "CreateUser": users.create_user,
    "CreateAccessKey for another user": users.key_for_another,
    "CreateAccessKey for the victim": users.key_for_victim,
    "cycle of users": users.cycle,
    "login profile": users.set_password,
    "service-specific credential": users.service_specific,
    "trust for a strange account": outside.strange_account,
    "CreateRole": outside.new_role,
    "OIDC provider": outside.web_provider,
    "SAML provider": outside.saml_provider,
    "Roles Anywhere": outside.roles_anywhere,
    "Identity Center": outside.identity_center,
    "RunInstances": machines.start_instances,
    "instance metadata": machines.metadata_theft,
    "Systems Manager": machines.systems_manager,
    "user data": machines.user_data,
    "CreateFunction": services.new_function,
    "UpdateFunctionCode": services.new_code,
    "RunTask": services.task,
    "CreateStack": services.stack,
    "StartBuild": services.builds,
    "logging stopped": machines.dark,
}
SWARM = sessions.swarm
# These are possible in few towns, so they are tried more often.
_NEEDS_A_TOWN = (
    "another account",
    "Identity Center",
    "instance metadata",
    "Systems Manager",
    "CreateStack",
    "StartBuild",
    "RunTask",
)


def attack(a: Attack, count: int) -> list[str]:
    """Goes this many ways, or fewer where the town has no more. Returns their names."""
    gone: list[str] = []
    names = [*WAYS, *(_NEEDS_A_TOWN * 2)]
    for _ in range(count * 12):
        if len(gone) == count or a.over:
            break
        name = a.rng.choice(names)
        if WAYS[name](a):
            gone.append(name)
        a.step(30, 600)
        if a.rng.random() < 0.15:
            move_on(a)
    return gone


def move_on(a: Attack) -> None:
    """To a new address, which a credential shows that is known to be his without it."""
    known = [h for h in a.holds if h.place is None and h.credential.expires > a.now and _sure(a, h.credential.key_id)]
    if known:
        place = a.town.place(a.fresh_address())
        a.use(a.rng.choice(known), 2, place)
        a.places.append(place)


def _sure(a: Attack, key: str) -> bool:
    truth = a.bad[key]
    return truth.origin == "leaked" or (truth.parent is not None and _sure(a, truth.parent))
