"""A site whose key is used by consumers of each kind, and a client that calls throughout."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from conftest import Site
from unit_world import let_rotate
from unleak.cli.rotate_steps import Rotation
from unleak.drill.stage import VICTIM
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import UnleakError
from unleak.respond import World
from unleak.rotate.consumers.consumer import Place

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def client(site: Site, service: str) -> Any:
    return site.stage.admin.client(site.stage.account, service)


def place_of(site: Site) -> Place:
    return Place(site.stage.admin, site.stage.account, site.clock())


def pair_as(site: Site, key_id: str, secret: str, **others: str) -> str:
    victim = site.stage.victim
    return json.dumps({key_id: victim.key_id, secret: victim.secret.reveal(), **others})


def in_a_secret(site: Site, name: str = "prod/app") -> str:
    held = pair_as(site, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", database="kept")
    client(site, "secretsmanager").create_secret(Name=name, SecretString=held)
    return f"secretsmanager:{name}"


def in_a_parameter(site: Site, name: str = "/app/pair") -> str:
    held = pair_as(site, "accessKey", "secretKey")
    client(site, "ssm").put_parameter(Name=name, Value=held, Type="SecureString")
    return f"ssm:{name}"


def in_two_parameters(site: Site) -> str:
    ssm, victim = client(site, "ssm"), site.stage.victim
    ssm.put_parameter(Name="/app/id", Value=victim.key_id, Type="String")
    ssm.put_parameter(Name="/app/secret", Value=victim.secret.reveal(), Type="SecureString")
    return "ssm:/app/id,/app/secret"


def _role(site: Site, service: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = client(site, "iam").create_role(RoleName=f"runs-{service}", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


def in_a_function(site: Site) -> str:
    victim = site.stage.victim
    variables = {"S3_ACCESS_KEY": victim.key_id, "S3_SECRET_KEY": victim.secret.reveal(), "STAGE": "prod"}
    client(site, "lambda").create_function(
        FunctionName="orders", Runtime="python3.12", Role=_role(site, "lambda"), Handler="a.b",
        Code={"ZipFile": EMPTY_ZIP}, Environment={"Variables": variables},
    )  # fmt: skip
    return "lambda:orders"


def in_a_service(site: Site) -> str:
    """Of no tasks: the stand-in's never run."""
    ecs, victim = client(site, "ecs"), site.stage.victim
    values = {"AWS_ACCESS_KEY_ID": victim.key_id, "AWS_SECRET_ACCESS_KEY": victim.secret.reveal(), "STAGE": "prod"}
    app = {"name": "app", "image": "app", "memory": 128,
           "environment": [{"name": n, "value": v} for n, v in values.items()]}  # fmt: skip
    side = {"name": "side", "image": "side", "memory": 128}
    ecs.create_cluster(clusterName="web")
    ecs.register_task_definition(family="web", containerDefinitions=[side, app], taskRoleArn=_role(site, "ecs-tasks"))
    ecs.create_service(cluster="web", serviceName="shop", taskDefinition="web:1", desiredCount=0)
    return "ecs:web/shop"


def in_a_project(site: Site) -> str:
    victim = site.stage.victim
    values = {"AWS_ACCESS_KEY_ID": victim.key_id, "AWS_SECRET_ACCESS_KEY": victim.secret.reveal(), "STAGE": "prod"}
    client(site, "codebuild").create_project(
        name="nightly", source={"type": "S3", "location": "sources/nightly.zip"}, artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL",
                     "environmentVariables": [{"name": n, "value": v} for n, v in values.items()]},
        serviceRole=_role(site, "codebuild"),
    )  # fmt: skip
    return "codebuild:nightly"


READABLE: dict[str, Callable[[Site], str]] = {
    "secretsmanager": in_a_secret,
    "ssm": in_a_parameter,
    "ssm, two": in_two_parameters,
    "lambda": in_a_function,
    "ecs": in_a_service,
    "codebuild": in_a_project,
}


def keys_of(site: Site) -> dict[str, str]:
    """Of the victim: key id to status."""
    found = client(site, "iam").list_access_keys(UserName=VICTIM)["AccessKeyMetadata"]
    return {k["AccessKeyId"]: k["Status"] for k in found}


def new_key(site: Site) -> str:
    (made,) = set(keys_of(site)) - {site.stage.victim.key_id}
    return made


def in_secret(site: Site, name: str = "prod/app") -> dict[str, str]:
    found: dict[str, str] = json.loads(client(site, "secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    return found


def begin(
    site: Site, *consumers: str, hours: float = 0.2, world: World | None = None, frees: str = ""
) -> tuple[Rotation, bool]:
    """As `unleak rotate KEY_ID --to ... --yes` does, up to the approval."""
    let_rotate(site)
    here = world or site.world(with_secret=False)
    made = Rotation.of(here, site.stage.victim.key_id, "a test", timedelta(hours=hours), yes=True)
    return made, made.ask(consumers, frees)


def rotate(site: Site, *consumers: str, hours: float = 0.2, world: World | None = None, frees: str = "") -> int:
    made, approved = begin(site, *consumers, hours=hours, world=world, frees=frees)
    return made.go_on() if approved else 1


@dataclass(slots=True)
class Application:
    """Reads its pair where it always does, and calls S3. `refused`: what it was told when it was not let in."""

    site: Site
    read: Callable[[], Credentials]
    calls: int = 0
    refused: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def call(self) -> None:
        pair = self.read()
        try:
            self.site.stage.admin.leaked(pair, "s3").list_objects_v2(Bucket=self.site.stage.bucket)
        except UnleakError as error:
            self.refused.append(f"{pair.key_id}: {error}")
        self.calls += 1
        self.used.add(pair.key_id)

    @contextmanager
    def running(self) -> Iterator[None]:
        """In a thread of its own, at every moment of what is done meanwhile."""
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                self.call()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def out_of_the_secret(site: Site, name: str = "prod/app") -> Callable[[], Credentials]:
    def read() -> Credentials:
        found = in_secret(site, name)
        return Credentials(found["AWS_ACCESS_KEY_ID"], SecretKey(found["AWS_SECRET_ACCESS_KEY"]))

    return read
