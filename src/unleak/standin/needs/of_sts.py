"""What calls of STS need. The trust policy of a role is asked elsewhere."""

from unleak.standin.needs.need import Need
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall


def of_sts(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del view
    p = call.parameters
    if call.operation == "AssumeRoot":
        asked = p.get("TaskPolicyArn")
        task = {"sts:taskpolicyarn": str(asked.get("arn", ""))} if isinstance(asked, dict) else {}
        target = str(p.get("TargetPrincipal", ""))
        return (Need("sts:AssumeRoot", target if target.startswith("arn:") else f"arn:aws:iam::{target}:root", task),)
    if call.operation == "GetFederationToken":
        return (Need("sts:GetFederationToken", f"arn:aws:sts::{caller.account}:federated-user/{p.get('Name', '')}"),)
    return (Need(f"sts:{call.operation}", str(p.get("RoleArn", "*"))),)
