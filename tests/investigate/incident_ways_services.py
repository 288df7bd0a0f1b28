"""Roles passed to Lambda, ECS, CloudFormation and CodeBuild."""

from datetime import timedelta

from incident_attack import Attack, Hold
from incident_calls import call
from incident_mint import access_key, service_session
from incident_people import Credential, Role, key_of, service_place
from incident_scribe import Place
from incident_services import build, stack_session
from incident_town import Account, Function, Project

_QUIET = timedelta(minutes=3)


def _account(a: Attack, by: Hold | None) -> Account | None:
    return a.account(by.credential.account) if by else None


def new_function(a: Attack) -> bool:
    """It gets the role of another function, which goes on with its own sessions."""
    by = a.actor()
    account = _account(a, by)
    if by is None or account is None or not account.functions:
        return False
    like = a.rng.choice(account.functions)
    made = Function(f"health-{a.s.hexes(6)}", like.role, like.home)
    request = {"functionName": made.name, "role": made.role.arn, "runtime": "python3.12", "handler": "main.handler"}
    answer = {"functionName": made.name, "functionArn": made.arn, "role": made.role.arn, "state": "Pending"}
    a.write(by, "lambda:CreateFunction20150331", request, answer)
    a.stands(made.arn, "created: CreateFunction", account.number)
    if a.rng.random() < 0.5:
        a.write(by, "lambda:Invoke", {"functionName": made.name, "invocationType": "RequestResponse"})
    for _ in range(a.rng.randint(1, 3)):
        session = service_session(a.s, "lambda", made.role, made.name, a.step(), made.home.region, 12 * 3600)
        _from_lambda(a, session, by, made, "CreateFunction")
    a.town.decoys.add("other functions with the role of the attacker's function")
    return True


def _from_lambda(a: Attack, session: Credential, by: Hold, made: Function, how: str) -> None:
    """Used inside Lambda, or carried away to the attacker's own address."""
    away = a.rng.random() < 0.4
    hold = a.gain(session, by, "minted", how, place=None if away else made.home, uses=0)
    a.use(hold, a.rng.randint(1, 3))


def new_code(a: Attack) -> bool:
    """Every session that a benign function gets from then on runs the attacker's code; the earlier ones do not."""
    by = a.actor()
    account = _account(a, by)
    if by is None or account is None or not account.functions:
        return False
    made = a.rng.choice(account.functions)
    if made.arn in a.standing or any(abs(s.born - a.now) < _QUIET for s in made.sessions):
        return False
    request = {"functionName": made.arn, "publish": True, "dryRun": False}
    answer = {"functionName": made.name, "functionArn": made.arn, "role": made.role.arn, "codeSha256": a.s.token()[:43]}
    a.write(by, "lambda:UpdateFunctionCode20150331v2", request, answer)
    a.stands(made.arn, "changed: UpdateFunctionCode", account.number)
    for session in [s for s in made.sessions if s.born > a.now]:
        a.gain(session, by, "minted", "UpdateFunctionCode", place=made.home, uses=0, keep=False)
    session = service_session(a.s, "lambda", made.role, made.name, a.step(), made.home.region, 12 * 3600)
    _from_lambda(a, session, by, made, "UpdateFunctionCode")
    a.town.decoys.add("sessions of a function from before its code was changed")
    return True


def task(a: Attack) -> bool:
    by = a.actor()
    account = _account(a, by)
    if by is None or account is None or not account.task_roles:
        return False
    role, region = a.rng.choice(account.task_roles), a.town.region
    stem, name = f"arn:aws:ecs:{region}:{account.number}", f"job-{a.s.hexes(5)}"
    definition = f"{stem}:task-definition/{name}:1"
    made = {"taskDefinitionArn": definition, "family": name, "taskRoleArn": role.arn, "status": "ACTIVE"}
    a.write(by, "ecs:RegisterTaskDefinition", {"family": name, "taskRoleArn": role.arn}, {"taskDefinition": made})
    a.stands(definition, "created: RegisterTaskDefinition", account.number)
    number = a.s.hexes(32)
    ran = {"taskArn": f"{stem}:task/main/{number}", "taskDefinitionArn": definition, "lastStatus": "PROVISIONING"}
    request = {"taskDefinition": f"{name}:1", "cluster": "main", "launchType": "FARGATE", "count": 1}
    a.write(by, "ecs:RunTask", request, {"tasks": [ran], "failures": []})
    a.stands(ran["taskArn"], "created: RunTask", account.number)
    session = service_session(a.s, "ecs-tasks", role, number, a.step(20, 60), region, 6 * 3600)
    address = a.fresh_address() if a.rng.random() < 0.6 else ""
    place = Place(address, a.town.agent(), region) if address else None
    hold = a.gain(session, by, "minted", "RunTask", place=place, unique=True, uses=0)
    a.use(hold, a.rng.randint(1, 3))
    return True


def stack(a: Attack) -> bool:
    """The stack's role makes him a user with a key, perhaps. Rightful stacks use the same session name."""
    by = a.actor(room=2)
    account = _account(a, by)
    if by is None or account is None or not account.stack_roles:
        return False
    role, name = a.rng.choice(account.stack_roles), f"stack-{a.s.hexes(5)}"
    arn = f"arn:aws:cloudformation:{a.town.region}:{account.number}:stack/{name}/{a.s.uuid()}"
    if not _quiet(a, role):
        return False
    request = {"stackName": name, "roleARN": role.arn, "capabilities": ["CAPABILITY_NAMED_IAM"]}
    a.write(by, "cloudformation:CreateStack", request, {"stackId": arn})
    a.stands(arn, "created: CreateStack", account.number)
    session = stack_session(a.town, role, a.now, a.town.region)
    where = service_place("cloudformation", a.town.region)
    hold = a.gain(session, by, "minted", "CreateStack", place=where, uses=0, keep=False)
    if a.rng.random() < 0.5:
        _user_by_stack(a, hold, where)
    a.step(60, 120)
    a.town.decoys.add("other stacks with the same role and session name")
    return True


def _quiet(a: Attack, role: Role) -> bool:
    """No rightful stack takes this role at nearly the same time: the order of events is what tells them apart."""
    seen = (r for r in a.s.records if r["eventName"] in {"AssumeRole", "UpdateStack"})
    near = (r for r in seen if abs((a.at(r) - a.now).total_seconds()) < 300)
    asked = (r["requestParameters"] or {} for r in near)
    return not any(role.arn in {x.get("roleArn"), x.get("roleARN")} for x in asked)


def _user_by_stack(a: Attack, hold: Hold, where: Place) -> None:
    user = a.new_user(hold)
    key = access_key(a.s, hold.credential, user, a.step(1, 4), where)
    a.stands(key.key_id, "created: CreateAccessKey", user.account, user.arn)
    mine = a.gain(key_of(user, key.key_id, key.born), hold, "created", "CreateAccessKey", uses=0)
    call(a.s, mine.credential, a.step(30, 90), a.place(), ("sts:GetCallerIdentity", "iam:ListUsers"))


def builds(a: Attack) -> bool:
    """A project of his own, or a build of a rightful one with another script."""
    by = a.actor()
    account = _account(a, by)
    if by is None or account is None or not account.projects:
        return False
    project = a.rng.choice(account.projects)
    if a.rng.random() < 0.5:
        project = Project(f"ci-{a.s.hexes(5)}", project.role, project.region)
        arn = f"arn:aws:codebuild:{project.region}:{account.number}:project/{project.name}"
        request = {"name": project.name, "serviceRole": project.role.arn, "source": {"type": "NO_SOURCE"}}
        a.write(by, "codebuild:CreateProject", request, {"project": {"arn": arn, "name": project.name}})
        a.stands(arn, "created: CreateProject", account.number)
    override = {"sourceTypeOverride": "NO_SOURCE", "buildspecOverride": "(a script)"}
    session = build(a.town, by.credential, project, a.step(), a.place(by), override)
    a.step(120, 180)
    hold = a.gain(session, by, "minted", "StartBuild", uses=0, unique=True)
    a.use(hold, a.rng.randint(0, 2))
    a.town.decoys.add("other builds with the same role")
    return True
