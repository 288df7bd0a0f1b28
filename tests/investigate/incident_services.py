"""Benign workloads: functions, tasks, pipelines, stacks, builds, Identity Center and AWS's own roles."""

from datetime import datetime, timedelta

from incident_calls import APPLICATION, DEVELOPER, PIPELINE, STACK, call
from incident_mint import access_key, saml_session, service_session, web_session
from incident_people import Credential, Role, service_place
from incident_residents import calls, machine_session, minutes, new_person
from incident_scribe import Place
from incident_town import Account, Function, Machine, Project, Town

GITHUB = "token.actions.githubusercontent.com"


def function(town: Town, account: Account) -> None:
    """A cold start every so often; many functions leave through one address."""
    s, rng = town.scribe, town.rng
    agent = "Boto3/1.34.145 md/Botocore#1.34.145 ua/2.0 os/linux#5.10 exec-env/AWS_Lambda_python3.12 Botocore/1.34.145"
    shared = [f.home.address for f in account.functions]
    home = Place(rng.choice(shared) if shared and rng.random() < 0.5 else town.address(), agent, town.region)
    made = Function(town.name("fn"), town.role(account.number, town.name("lambda")), home)
    account.functions.append(made)
    for at in [minutes(town, town.start, 1, 60), *town.times(rng.randint(4, 14))]:
        session = service_session(s, "lambda", made.role, made.name, at, home.region, 12 * 3600)
        made.sessions.append(session)
        calls(s, session, [at + timedelta(seconds=2), *town.times(2, at, at + timedelta(hours=3))], home, APPLICATION)


def tasks(town: Town, account: Account) -> None:
    """Of ECS: each has a session of its own, named like the task."""
    s, place = town.scribe, town.place()
    role = town.role(account.number, town.name("task"))
    account.task_roles.append(role)
    for at in town.times(town.rng.randint(3, 9)):
        session = service_session(s, "ecs-tasks", role, s.hexes(32), at, place.region, 6 * 3600)
        calls(s, session, town.times(4, at, at + timedelta(hours=5)), place, APPLICATION)


def pipeline_session(town: Town, role: Role, at: datetime, place: Place) -> Credential:
    subject = "repo:example/shop:ref:refs/heads/main"
    return web_session(town.scribe, GITHUB, subject, role, "GitHubActions", at, place)


def pipeline(town: Town, account: Account) -> None:
    """From GitHub, at a new address each time. It rolls out stacks, starts builds, and makes users and keys."""
    s, rng = town.scribe, town.rng
    role = town.role(account.number, town.name("deploy"))
    account.roles.append(role)
    if rng.random() < 0.7:
        account.stack_roles.append(town.role(account.number, town.name("cfn")))
    if rng.random() < 0.7:
        builder = town.role(account.number, town.name("codebuild"))
        account.projects.append(Project(town.name("build"), builder, town.region))
    for at in town.times(rng.randint(3, 12)):
        place = town.place()
        session = pipeline_session(town, role, at, place)
        calls(s, session, town.times(3, at, at + timedelta(minutes=3)), place, PIPELINE)
        for stack_role in account.stack_roles:
            roll_out(town, session, stack_role, minutes(town, at, 4, 6), place)
        for project in account.projects:
            build(town, session, project, minutes(town, at, 8, 9), place)
        if rng.random() < 0.15:
            _new_colleague(town, account, session, minutes(town, at, 10, 12), place)


def roll_out(town: Town, by: Credential, role: Role, at: datetime, place: Place) -> Credential:
    """CloudFormation takes the stack's role, always under the same name."""
    s, name = town.scribe, town.rng.choice(("network", "storage", "service"))
    request = {"stackName": name, "roleARN": role.arn, "capabilities": ["CAPABILITY_IAM"]}
    stack = f"arn:aws:cloudformation:{place.region}:{role.account}:stack/{name}/{s.uuid()}"
    s.write(at, by.identity, place, "cloudformation:UpdateStack", request, {"stackId": stack})
    return stack_session(town, role, at, place.region)


def stack_session(town: Town, role: Role, at: datetime, region: str) -> Credential:
    s, start = town.scribe, at + timedelta(seconds=town.rng.randint(3, 6))
    session = service_session(s, "cloudformation", role, "AWSCloudFormation", start, region)
    times = town.times(2, start + timedelta(seconds=1), start + timedelta(seconds=50))
    calls(s, session, times, service_place("cloudformation", region), STACK)
    return session


def build(
    town: Town, by: Credential, project: Project, at: datetime, place: Place, override: dict[str, str] | None = None
) -> Credential:
    """The session of a build is named like the build."""
    s, number = town.scribe, town.scribe.uuid()
    arn = f"arn:aws:codebuild:{project.region}:{project.role.account}:build/{project.name}:{number}"
    answer = {"build": {"id": f"{project.name}:{number}", "arn": arn, "serviceRole": project.role.arn}}
    s.write(at, by.identity, place, "codebuild:StartBuild", {"projectName": project.name, **(override or {})}, answer)
    start = at + timedelta(seconds=town.rng.randint(4, 9))
    session = service_session(s, "codebuild", project.role, f"AWSCodeBuild-{number}", start, project.region)
    where = Place("codebuild.amazonaws.com", "codebuild.amazonaws.com", project.region)
    calls(
        s, session, town.times(2, start, start + timedelta(seconds=90)), where, ("logs:CreateLogStream", "s3:GetObject")
    )
    return session


def _new_colleague(town: Town, account: Account, by: Credential, at: datetime, place: Place) -> None:
    s = town.scribe
    person = new_person(town, account, town.person_name(), town.place())
    user = person.user
    made = {"user": {"arn": user.arn, "userName": user.name, "userId": user.id, "path": "/"}}
    s.write(at, by.identity, place, "iam:CreateUser", {"userName": user.name}, made)
    person.keys = [access_key(s, by, user, at + timedelta(seconds=4), place)]
    calls(s, person.keys[0], town.times(3, at + timedelta(minutes=20)), person.home, DEVELOPER)
    town.decoys.add("a pipeline creates a user and a key")


def identity_center(town: Town, account: Account) -> None:
    """People who come through Identity Center: one role, a session name for each."""
    s, suffix = town.scribe, town.scribe.hexes(16)
    path = f"/aws-reserved/sso.amazonaws.com/{town.region}/"
    role = town.role(account.number, f"AWSReservedSSO_{town.rng.choice(('PowerUser', 'ReadOnly'))}_{suffix}", path)
    account.sso_roles.append(role)
    for _ in range(town.rng.randint(1, 4)):
        name, user_id, home = f"{town.person_name()}@example.com", s.uuid(), town.place(town.nat)
        for at in [minutes(town, town.start, 1, 400), *town.times(town.rng.randint(0, 3))]:
            session = sso_session(town, role, name, user_id, at, home)
            calls(s, session, town.times(4, at, at + timedelta(hours=2)), home, DEVELOPER)


def sso_session(town: Town, role: Role, name: str, user_id: str, at: datetime, place: Place) -> Credential:
    """The portal asks for credentials, and signs in with SAML. No field of the two events ties them together."""
    s, store = town.scribe, f"d-{role.name[-10:]}"
    who = {
        "type": "IdentityCenterUser", "accountId": town.home.number, "credentialId": s.token()[:40],
        "onBehalfOf": {
            "userId": user_id, "identityStoreArn": f"arn:aws:identitystore::{town.home.number}:identitystore/{store}",
        },
    }  # fmt: skip
    plain = role.name.split("_")[1]
    s.write(
        at, who, place, "sso:GetRoleCredentials", None, None, eventType="AwsServiceEvent",
        serviceEventDetails={"role_name": plain, "account_id": role.account},
    )  # fmt: skip
    provider = f"arn:aws:iam::{role.account}:saml-provider/AWSSSO_{role.name[-16:]}_DO_NOT_DELETE"
    return saml_session(s, provider, name, role, name, at + timedelta(seconds=1), town.portal, 12 * 3600)


def autoscaling(town: Town, account: Account) -> None:
    """AWS starts instances with a role of its own; each of them has a session at its own address."""
    s, region = town.scribe, town.region
    role = town.role(account.number, "AWSServiceRoleForAutoScaling", "/aws-service-role/autoscaling.amazonaws.com/")
    worker = town.role(account.number, town.name("worker"))
    for at in town.times(town.rng.randint(2, 5)):
        session = service_session(s, "autoscaling", role, "AutoScaling", at, region)
        session.identity["invokedBy"] = "autoscaling.amazonaws.com"
        box = Machine(town.instance_id(), worker, town.place())
        answer = {"instancesSet": {"items": [{"instanceId": box.id, "instanceType": "m6i.large"}]}}
        profile = {"name": worker.name}
        where = service_place("autoscaling", region)
        s.write(at, session.identity, where, "ec2:RunInstances", {"iamInstanceProfile": profile}, answer)
        credential = machine_session(town, box, minutes(town, at, 1, 3), seen=True)
        calls(
            s, credential, town.times(3, credential.born, credential.born + timedelta(hours=3)), box.home, APPLICATION
        )
    call(s, session, at, where, ("ec2:DescribeInstances",))
