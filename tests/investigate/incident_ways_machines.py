"""Roles of instances: of one that he starts, and stolen from those that were there."""

from datetime import datetime, timedelta

from incident_attack import Attack, Hold
from incident_calls import APPLICATION
from incident_mint import service_session
from incident_people import Credential, session_of
from incident_residents import calls, machine_session
from incident_scribe import Place
from incident_town import Machine


def start_instances(a: Attack) -> bool:
    """Each has a session of its own, used on the machine or carried away."""
    by = a.actor()
    account = a.account(by.credential.account) if by else None
    if by is None or account is None or not account.machines:
        return False
    role, region = a.rng.choice(account.machines).role, a.town.region
    ids = [a.town.instance_id() for _ in range(a.rng.choice((1, 1, 2, 4)))]
    profile = f"arn:aws:iam::{account.number}:instance-profile/{role.name}"
    asked = {"name": role.name} if a.rng.random() < 0.5 else {"arn": profile}
    held = {"arn": profile, "id": a.s.key_id(account.number, "AIPA")}
    items = [{"instanceId": i, "instanceType": "g5.xlarge", "iamInstanceProfile": held} for i in ids]
    request = {
        "instancesSet": {"items": [{"imageId": f"ami-0{a.s.hexes(16)}", "minCount": 1, "maxCount": len(ids)}]},
        "instanceType": "g5.xlarge", "iamInstanceProfile": asked, "userData": "<sensitiveDataRemoved>",
    }  # fmt: skip
    a.write(by, "ec2:RunInstances", request, {"instancesSet": {"items": items}, "reservationId": f"r-0{a.s.hexes(16)}"})
    seen = a.rng.random() < 0.7
    for name in ids:
        a.stands(f"arn:aws:ec2:{region}:{account.number}:instance/{name}", "created: RunInstances", account.number)
        at = a.step(20, 60)
        session = service_session(a.s, "ec2", role, name, at, region, 6 * 3600, seen=seen)
        place = Place(a.town.address(), a.town.agent(), region) if a.rng.random() < 0.5 else None
        a.use(a.gain(session, by, "minted", "RunInstances", place=place, unique=True, uses=0), 2)
    return True


def _session_now(a: Attack, box: Machine) -> Credential | None:
    """Whose use at home is in the trail already."""
    young, old = timedelta(minutes=10), timedelta(hours=5)
    now = a.now
    return next((s for s, _ in box.sessions if s.born + young < now < s.born + old), None)


def _steal(a: Attack, session: Credential, by: Hold | None, how: str, place: Place) -> None:
    """The same key is used at home by the application, and from the attacker's address by him."""
    a.protected.add(session.key_id)
    hold = a.gain(session, by, "stolen", how, place=place, uses=0)
    a.use(hold, a.rng.randint(2, 5))
    a.town.decoys.add("the application goes on using a stolen session")


def metadata_theft(a: Attack) -> bool:
    """No call tells of it: a hole in the application answered with the machine's credentials."""
    box = a.rng.choice([m for x in a.town.accounts if x.number != a.missing for m in x.machines] or [None])
    place = a.own_place()
    session = _session_now(a, box) if box else None
    if box is None or place is None or session is None or session.key_id in a.bad:
        return False
    if session.key_id not in a.undecidable:
        _steal(a, session, None, "instance metadata", place)
        return True
    return False


def systems_manager(a: Attack) -> bool:
    """He commands a machine through Systems Manager, and carries its credentials away."""
    by = a.actor()
    account = a.account(by.credential.account) if by else None
    box = a.rng.choice(account.machines) if account and account.machines else None
    session, place = (_session_now(a, box) if box else None), a.own_place()
    if by is None or box is None or place is None or session is None or _touched(a, box):
        return False
    if a.rng.random() < 0.6:
        command = {"commandId": a.s.uuid(), "instanceIds": [box.id], "status": "Pending"}
        request = {
            "documentName": "AWS-RunShellScript", "instanceIds": [box.id], "interactive": False,
            "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS",
        }  # fmt: skip
        how = "SendCommand"
        a.write(by, "ssm:SendCommand", request, {"command": command})
    else:
        how = "StartSession"
        made = {"sessionId": f"{box.role.name}-{a.s.hexes(10)}", "tokenValue": "Value hidden due to security reasons."}
        a.write(by, "ssm:StartSession", {"target": box.id}, made)
    taken = a.now
    _steal(a, session, by, how, place)
    _in_doubt(a, box, taken)
    return True


def user_data(a: Attack) -> bool:
    """He changes what the machine does when it starts, and restarts it: its next credentials come to him."""
    by = a.actor()
    account = a.account(by.credential.account) if by else None
    box = a.rng.choice(account.machines) if account and account.machines else None
    place = a.own_place()
    if by is None or box is None or place is None or _touched(a, box):
        return False
    changed = a.step()
    ids = {"instancesSet": {"items": [{"instanceId": box.id}]}}
    a.write(by, "ec2:StopInstances", {**ids, "force": False}, ids)
    a.write(
        by,
        "ec2:ModifyInstanceAttribute",
        {"instanceId": box.id, "userData": "<sensitiveDataRemoved>"},
        {"_return": True},
    )
    a.write(by, "ec2:StartInstances", ids, ids)
    arn = f"arn:aws:ec2:{box.home.region}:{account.number if account else ''}:instance/{box.id}"
    a.stands(arn, "changed: ModifyInstanceAttribute", box.role.account)
    session = machine_session(a.town, box, a.step(40, 90), seen=a.rng.random() < 0.7)
    calls(a.s, session, [a.step(2, 9), a.step(2, 9)], box.home, APPLICATION)
    _steal(a, session, by, "ModifyInstanceAttribute", place)
    calls(a.s, session, [a.now + timedelta(minutes=7)], box.home, APPLICATION)
    _in_doubt(a, box, changed)
    return True


def _touched(a: Attack, box: Machine) -> bool:
    keys = {s.key_id for s, _ in box.sessions}
    return bool(keys & (a.undecidable | a.bad.keys()))


def _in_doubt(a: Attack, box: Machine, since: datetime) -> None:
    """What a machine that he commands does at home later: the trail does not say for whom."""
    for session, children in box.sessions:
        later = [session] if session.expires > since else []
        later += [c for c in children if c.born > since]
        a.undecidable.update(c.key_id for c in later if c.key_id not in a.bad)
        a.abused.update(c.arn for c in later)


def dark(a: Attack) -> bool:
    """Logging stops, sessions are made, logging goes on: these are only seen at work, from an address that is his."""
    by = a.actor()
    place = a.own_place()
    takes = a.actor(takes_roles=True)
    if by is None or place is None or takes is None or by.credential.account != a.town.home.number:
        return False
    account = by.credential.account
    if takes.credential.account != account:
        return False
    trail = f"arn:aws:cloudtrail:{a.town.region}:{account}:trail/main"
    a.write(by, "cloudtrail:StopLogging", {"name": trail})
    start = a.now + timedelta(seconds=2)
    a.step(60, 600)
    roles, made = a.account(account).roles, []
    for n in range(a.rng.randint(1, 3)):
        key = a.s.key_id(account, "ASIA")
        made.append(session_of(a.rng.choice(roles), f"dark{n}-{a.s.hexes(6)}", key, a.step(), 3600))
    a.step(60, 600)
    a.blackouts.append((start, a.now, account))
    a.step(3, 5)
    a.write(by, "cloudtrail:StartLogging", {"name": trail})
    for session in made:
        a.use(a.gain(session, None, "minted", "unseen", place=place, uses=0), a.rng.randint(1, 3))
    return True
