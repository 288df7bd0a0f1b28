"""Where in the account the key lies in plain sight: variables of functions, builds and tasks, and plain parameters.

Secrets and encrypted parameters are not opened for this: whoever owns them knows what is in them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from unleak.model.errors import UnleakError
from unleak.rotate.consumers.consumer import Place

PERMISSIONS = (
    "codebuild:BatchGetProjects",
    "codebuild:ListProjects",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:ListClusters",
    "ecs:ListServices",
    "lambda:ListFunctions",
    "ssm:DescribeParameters",
    "ssm:GetParameters",
)
_PROJECTS, _SERVICES, _PARAMETERS = 100, 10, 10
"""How many may be asked for at once."""


@dataclass(frozen=True, slots=True)
class Copies:
    """`held` by whom, as `--to` takes them; `unseen` says where nobody could look."""

    held: tuple[str, ...]
    unseen: tuple[str, ...]


def copies_of(place: Place, key_id: str, regions: Sequence[str]) -> Copies:
    """What was found before an error is not lost."""
    held: list[str] = []
    unseen: list[str] = []
    for region in regions:
        for look in _LOOKS:
            try:
                held.extend(f"{text}@{region}" for text in look(place, region, key_id))
            except UnleakError as error:
                unseen.append(f"{region}: {error}")
    return Copies(tuple(held), tuple(unseen))


def _functions(place: Place, region: str, key_id: str) -> Iterator[str]:
    for found in place.client("lambda", region).pages("list_functions", "Functions"):
        if key_id in (found.get("Environment") or {}).get("Variables", {}).values():
            yield f"lambda:{found['FunctionName']}"


def _projects(place: Place, region: str, key_id: str) -> Iterator[str]:
    client = place.client("codebuild", region)
    for names in _some(client.pages("list_projects", "projects"), _PROJECTS):
        for found in client.batch_get_projects(names=names)["projects"]:
            if key_id in {v.get("value") for v in found["environment"].get("environmentVariables", ())}:
                yield f"codebuild:{found['name']}"


def _services(place: Place, region: str, key_id: str) -> Iterator[str]:
    client = place.client("ecs", region)
    for cluster in client.pages("list_clusters", "clusterArns"):
        for some in _some(client.pages("list_services", "serviceArns", cluster=cluster), _SERVICES):
            for found in client.describe_services(cluster=cluster, services=some)["services"]:
                if key_id in _variables(client, found["taskDefinition"]):
                    yield f"ecs:{cluster.rsplit('/', 1)[-1]}/{found['serviceName']}"


def _variables(client: Any, definition: str) -> set[str]:
    found = client.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    return {v["value"] for c in found["containerDefinitions"] for v in c.get("environment", ())}


def _parameters(place: Place, region: str, key_id: str) -> Iterator[str]:
    client, plain = place.client("ssm", region), [{"Key": "Type", "Values": ["String"]}]
    names = (p["Name"] for p in client.pages("describe_parameters", "Parameters", ParameterFilters=plain))
    for some in _some(names, _PARAMETERS):
        for found in client.get_parameters(Names=some)["Parameters"]:
            if key_id in found["Value"]:
                yield f"ssm:{found['Name']}"


def _some(items: Iterable[str], most: int) -> Iterator[list[str]]:
    rest = iter(items)
    while some := list(islice(rest, most)):
        yield some


_LOOKS: tuple[Callable[[Place, str, str], Iterator[str]], ...] = (_functions, _projects, _services, _parameters)
