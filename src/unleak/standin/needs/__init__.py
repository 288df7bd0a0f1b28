"""Which IAM actions on which resources an API call needs: one file a service, the rest by AWS's reference."""

from unleak.standin.needs.by_reference import by_reference
from unleak.standin.needs.need import Need, Reader
from unleak.standin.needs.of_dynamodb import of_dynamodb
from unleak.standin.needs.of_ec2 import of_ec2
from unleak.standin.needs.of_iam import OWN_USER, of_iam
from unleak.standin.needs.of_s3 import of_s3, of_s3control
from unleak.standin.needs.of_sts import of_sts
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall

__all__ = ["OWN_USER", "Need", "needs_of"]

_READERS: dict[str, Reader] = {
    "dynamodb": of_dynamodb,
    "ec2": of_ec2,
    "iam": of_iam,
    "s3": of_s3,
    "s3control": of_s3control,
    "sts": of_sts,
}
_ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})


def needs_of(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    """Empty for what needs no permission at all."""
    reader = _READERS.get(call.service, by_reference)
    needs = reader(call, caller, view)
    return () if needs and needs[0].action in _ALWAYS_ALLOWED else needs
