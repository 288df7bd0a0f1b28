"""What calls of DynamoDB need: restoring writes into the new table with the caller's rights.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
"""

from unleak.standin.needs.by_reference import by_reference
from unleak.standin.needs.need import Need
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall

_WRITES = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")


def of_dynamodb(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    own, target = by_reference(call, caller, view), call.parameters.get("TargetTableName")
    if not (call.operation.startswith("RestoreTable") and isinstance(target, str)):
        return own
    p, action = call.parameters, f"dynamodb:{call.operation}"
    table = f"arn:aws:dynamodb:{call.region}:{caller.account}:table/"
    source = str(p.get("BackupArn") or p.get("SourceTableArn") or f"{table}{p.get('SourceTableName', '*')}")
    return (Need(action, source), *(Need(f"dynamodb:{name}", table + target) for name in _WRITES))
