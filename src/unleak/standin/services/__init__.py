"""Services that moto lacks, or knows only in part: one file each, with the operations that a review looks at.

What they hold is kept by account and region, and can be laid from outside, as AWS itself would lay it.
"""

from collections.abc import Mapping

from unleak.standin.services import codebuild, costs, documents, guardduty, health, lambda_functions, lightsail
from unleak.standin.services.service import Holding, Holdings, OwnService, ServiceError

__all__ = ["SERVICES", "Holding", "Holdings", "OwnService", "ServiceError"]

SERVICES: Mapping[str, OwnService] = {
    "ce": costs.SERVICE,
    "codebuild": codebuild.SERVICE,
    "guardduty": guardduty.SERVICE,
    "health": health.SERVICE,
    "lambda": lambda_functions.SERVICE,
    "lightsail": lightsail.SERVICE,
    "ssm": documents.SERVICE,
}
