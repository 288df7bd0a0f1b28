"""Deletes a function that the attacker made, with its versions, its URL and its permissions. It cannot be had again.

https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteFunction(Deleting):
    id = "delete_function"
    title = "Delete a function that the attacker made"
    permissions = ("lambda:GetFunctionConfiguration", "lambda:DeleteFunction")
    service = "lambda"
    types = ("Lambda::Function",)
    noun = "function"
    by_hand = ByHand(
        console="Lambda (region {region}) > Functions > {name} > Actions > Delete",
        cli="aws lambda delete-function --region {region} --function-name NAME",
    )
    references = ("https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.get_function_configuration(FunctionName=target.id)
        return {k: found.get(k, "") for k in ("Runtime", "Role", "Handler", "CodeSha256", "Description")}

    def delete(self, client: Client, target: Target) -> None:
        client.delete_function(FunctionName=target.id)


ACTION = DeleteFunction()
