"""Stops a function that the attacker made or changed, and closes the ways in to it that the attacker opened: its
reserved concurrency becomes 0, nothing of it is kept warm, its URLs and the permissions of outsiders go. Its code
stays, for the investigation.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.function_parts import READERS, WRITERS, warm
from unleak.evict.putting_right import GONE, Parts, PuttingRight, last_of, spoken
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_RUNS_OTHERWISE = ("", "code", "layers", "role", "handler", "environment", "vpcConfig", "settings", "alias", "version")
"""What makes it run the attacker's code, or with other rights."""
_URLS = {"url", "url of"}
_RUNNING = {"concurrency", "provisioned"}


class DisableFunction(PuttingRight):
    id = "disable_function"
    title = "Stop a function and close the ways in to it that the attacker opened"
    permissions = (
        "lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
        "lambda:ListProvisionedConcurrencyConfigs", "lambda:GetProvisionedConcurrencyConfig",
        "lambda:PutProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig",
        "lambda:GetFunctionUrlConfig", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
        "lambda:DeleteFunctionUrlConfig", "lambda:GetPolicy", "lambda:ListAliases", "lambda:ListVersionsByFunction",
        "lambda:RemovePermission", "lambda:AddPermission",
    )  # fmt: skip
    undone_by = "letting it run as before; a URL that was deleted comes back with another address"
    by_hand = ByHand(
        console="Lambda (region {region}) > Functions > {name} > Throttle; then Configuration > Function URL, "
        "Permissions",
        cli="aws lambda put-function-concurrency --region {region} --function-name NAME "
        "--reserved-concurrent-executions 0  # delete-provisioned-concurrency-config before it; and "
        "delete-function-url-config, remove-permission",
    )
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        kind = deed.part.partition("|")[0]
        if deed.type == "AWS::Lambda::Url" and kind in _URLS and not deed.part.endswith(GONE):
            yield deed.part, self._closed(context, target, deed)
        if deed.type != "AWS::Lambda::Function" or deed.deed in {"deleted", "started"}:
            return
        if kind in _RUNS_OTHERWISE:
            client = context.aws.client(target.account, "lambda", target.region)
            yield from ((f"provisioned|{qualifier}", None) for qualifier in warm(client, last_of(target)))
            yield "concurrency", 0
        elif kind == "permission" and not deed.part.endswith(GONE):
            yield deed.part, None

    def _closed(self, context: Context, target: Target, deed: Fact) -> Any:
        """One that the attacker made goes; one that was changed is kept, for those whom IAM lets in."""
        now = self.read(context, target, deed.part, fresh=False)
        changed = deed.action == "lambda:UpdateFunctionUrlConfig" and now is not None
        return {**now, "AuthType": "AWS_IAM"} if changed else None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, "lambda", target.region, fresh=fresh)
        kind, _, name = part.partition("|")
        try:
            return READERS[kind](client, last_of(target), name)
        except NotFound:
            return 0 if kind == "concurrency" else None  # what is gone does not run

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "lambda", target.region)
        kind, _, name = part.partition("|")
        try:
            WRITERS[kind](client, last_of(target), name, value)
        except NotFound:
            if value:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        name = last_of(target)
        stopped = [f"stop function {name}"] if "concurrency" in parts else []
        closed = [spoken(p) for p in parts if p.partition("|")[0] not in _RUNNING]
        return (
            "; ".join([*stopped, *([f"close what was opened on {name}: {', '.join(closed)}"] if closed else [])]),
            f"whatever calls {name}: it is refused" if stopped else f"whoever calls {name} by what is closed",
            "let it run as before and open what was open; a URL that was deleted comes back with another address",
        )


ACTION = DisableFunction()
