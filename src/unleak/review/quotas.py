"""Quotas that somebody asked to raise: before machines are started by the hundred, their limit has to go.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListRequestedServiceQuotaChangeHistory.html
"""

from collections.abc import Iterator

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, low, some


class Quotas:
    id = "quotas"
    title = "Quotas that were asked to be raised"
    scope = Scope.REGIONAL
    permissions = ("servicequotas:ListRequestedServiceQuotaChangeHistory",)
    types = ("AWS::ServiceQuotas::QuotaChange",)

    def look(self, place: Place) -> Iterator[Thing]:
        client = place.client("service-quotas")
        for one in client.items("list_requested_service_quota_change_history", "RequestedQuotas"):
            name = f"{one.get('ServiceName') or one.get('ServiceCode')}: {one.get('QuotaName') or one.get('QuotaCode')}"
            arn = place.arn("servicequotas", f"request/{one['Id']}")
            yield place.thing(
                "AWS::ServiceQuotas::QuotaChange", arn, name, one.get("Created"),
                detail=some(to=one.get("DesiredValue"), status=one.get("Status"), case=one.get("CaseId")),
                concerns=(low("a quota raised"),),
            )  # fmt: skip


CHECK = Quotas()
