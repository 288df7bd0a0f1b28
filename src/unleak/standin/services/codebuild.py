"""What moto lacks of CodeBuild: a project that is changed. What is not named keeps its value.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.codebuild.models import codebuild_backends

from unleak.standin.services.service import Holding, OwnService, ServiceError, nothing_to_lay


def _update(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    name = str(asked.get("name"))
    project = codebuild_backends[holding.account][holding.region].codebuild_projects.get(name)
    if project is None:
        raise ServiceError("ResourceNotFoundException", f"Project cannot be found: {name}")
    project.project_metadata |= {**asked, "lastModified": now.timestamp()}
    return {"project": project.project_metadata}


SERVICE = OwnService({"UpdateProject": _update}, nothing_to_lay)
