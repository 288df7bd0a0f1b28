"""What the user may do of what matters, decided from its policies."""

from collections.abc import Iterator
from dataclasses import replace

from unleak.iam.danger import dangers_of, is_admin
from unleak.iam.evaluate import Policies
from unleak.iam.policy import Policy
from unleak.inspect.principal import READ_POLICIES, read_policies, read_user
from unleak.model.evidence import Danger, Evidence, PermissionsRead
from unleak.model.plan import Target
from unleak.unit import Context


class ReadPermissions:
    id = "read_permissions"
    title = "Work out what the key could do before it was contained"
    permissions = READ_POLICIES

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        iam = context.aws.client(target.account, "iam")
        found = read_policies(iam, read_user(iam, target.name))
        limits = ((found.boundary,),) if found.boundary else ()
        before = tuple(map(_at_best, found.identity))
        policies = Policies(identity=before, limits=limits)
        request = {"aws:principalarn": target.id, "aws:username": target.name, "aws:principaltype": "User"}
        yield PermissionsRead(
            principal_arn=target.id,
            dangers=tuple(Danger(action, why) for action, why in dangers_of(policies, request)),
            is_admin=is_admin(policies, request),
            unread=tuple(found.unread),
        )


def _at_best(policy: Policy) -> Policy:
    """Every Allow without its conditions: an attacker may well meet them, and we do not know that they cannot.

    Of what looks like containment, AWS's or ours, the denies are left out: the question is what was possible before.
    """
    name = policy.name.rsplit("/", 1)[-1]
    contains = name.startswith(("AWSCompromisedKeyQuarantine", "unleak-inc-"))
    kept = (s for s in policy.statements if not (contains and s.effect == "Deny"))
    return replace(policy, statements=tuple(replace(s, conditions=()) if s.effect == "Allow" else s for s in kept))


CHECK = ReadPermissions()
