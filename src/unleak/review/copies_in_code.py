"""Copies of the leaked key in what runs: variables of functions, containers, builds and applications.

Values are searched in memory; only the name of the variable is told.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Missed, Place, Scope
from unleak.review.needle import held

_PROJECTS_AT_ONCE = 100


class CopiesInCode:
    id = "copies_in_code"
    title = "Copies of the key in variables of Lambda, ECS, CodeBuild, Elastic Beanstalk"
    scope = Scope.REGIONAL
    permissions = (
        "lambda:ListFunctions",
        "ecs:ListTaskDefinitions",
        "ecs:DescribeTaskDefinition",
        "codebuild:ListProjects",
        "codebuild:BatchGetProjects",
        "elasticbeanstalk:DescribeEnvironments",
        "elasticbeanstalk:DescribeConfigurationSettings",
    )
    types = (
        "AWS::Lambda::Function",
        "AWS::ECS::TaskDefinition",
        "AWS::CodeBuild::Project",
        "AWS::ElasticBeanstalk::Environment",
    )

    def look(self, place: Place) -> Iterator[Thing]:
        for kind, look in zip(self.types, (_functions, _definitions, _projects, _environments), strict=True):
            yield from place.listed(kind, look, place)


def _functions(place: Place) -> Iterator[Thing]:
    """AWS leaves the variables of a function out of the list where it could not decrypt them, and says so."""
    for one in place.client("lambda").items("list_functions", "Functions"):
        environment = one.get("Environment", {})
        if environment.get("Error"):
            place.missed.append(Missed("its variables could not be decrypted", one["FunctionArn"]))
        found = held(place.key_id, _named(environment.get("Variables", {})))
        if found:
            name, made = one["FunctionName"], one.get("LastModified")
            yield place.thing("AWS::Lambda::Function", one["FunctionArn"], name, made, concerns=found)


def _named(variables: dict[str, Any]) -> Iterator[tuple[str, object]]:
    yield from ((f"variable {name}", value) for name, value in variables.items())


def _definitions(place: Place) -> Iterator[Thing]:
    """Every active revision: an old one can be started again."""
    ecs = place.client("ecs")
    for arn in ecs.items("list_task_definitions", "taskDefinitionArns"):
        told = place.ask(arn, ecs.describe_task_definition, taskDefinition=arn) or {}
        one = told.get("taskDefinition", {})
        found = held(place.key_id, (t for c in one.get("containerDefinitions", ()) for t in _of_container(c)))
        if found:
            name, made = arn.rsplit("/", 1)[-1], one.get("registeredAt")
            yield place.thing("AWS::ECS::TaskDefinition", arn, name, made, concerns=found)


def _of_container(container: dict[str, Any]) -> Iterator[tuple[str, object]]:
    name = container.get("name", "")
    for variable in container.get("environment", ()):
        yield f"variable {variable.get('name')} of container {name}", variable.get("value")
    for part in ("command", "entryPoint"):
        yield f"the {part} of container {name}", " ".join(map(str, container.get(part, ())))


def _projects(place: Place) -> Iterator[Thing]:
    builds = place.client("codebuild")
    names = iter(list(builds.items("list_projects", "projects")))
    while some_names := list(islice(names, _PROJECTS_AT_ONCE)):
        for one in builds.batch_get_projects(names=some_names).get("projects", ()):
            variables = one.get("environment", {}).get("environmentVariables", ())
            spec = ("the build specification", one.get("source", {}).get("buildspec"))
            found = held(place.key_id, (*((f"variable {v.get('name')}", v.get("value")) for v in variables), spec))
            arn = one.get("arn") or place.arn("codebuild", f"project/{one['name']}")
            yield place.thing("AWS::CodeBuild::Project", arn, one["name"], one.get("created"), concerns=found)


def _environments(place: Place) -> Iterator[Thing]:
    beanstalk = place.client("elasticbeanstalk")
    for one in beanstalk.items("describe_environments", "Environments"):
        arn, name = one["EnvironmentArn"], one["EnvironmentName"]
        asked = {"ApplicationName": one["ApplicationName"], "EnvironmentName": name}
        told = place.ask(arn, beanstalk.describe_configuration_settings, **asked) or {}
        options = (o for s in told.get("ConfigurationSettings", ()) for o in s.get("OptionSettings", ()))
        found = held(place.key_id, ((f"option {o.get('OptionName')}", o.get("Value")) for o in options))
        if found:
            made = one.get("DateCreated")
            yield place.thing("AWS::ElasticBeanstalk::Environment", arn, name, made, concerns=found)


CHECK = CopiesInCode()
