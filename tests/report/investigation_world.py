"""Investigations built in code: a small one that a person can follow, a big one, and one where an attacker wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import (
    Certainty,
    HeldCredential,
    Investigation,
    OwnUse,
    PrincipalSeen,
    Remaining,
    Seen,
    Technique,
)

ACCOUNT, OUTSIDER = "1111" * 3, "9999" * 3
LEAKED = "AKIA" + "LEAKEDKEY" + "0001"
LEAK = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CI = f"arn:aws:iam::{ACCOUNT}:user/ci-deploy"
DEPLOY = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x"
CLI = "aws-cli/2.15.0 Python/3.11.6 Linux/6.6.9-amd64 source/x86_64.kali.2024 prompt/off"
PACU = "Boto3/1.34.0 md/Botocore#1.34.0 Pacu/1.5"


def iam(rest: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{rest}"


def call(minutes: float, action: str, *, key_id: str = LEAKED, error: str = "", **fields: object) -> Call:
    """A call so many minutes after the leak; a read unless told otherwise."""
    at = LEAK + timedelta(minutes=minutes)
    stem = f"{key_id[-4:]}-{minutes}-{action}"
    made = Call(f"e-{stem}", f"r-{stem}", at, "eu-west-1", action, key_id, CI, ACCOUNT, "203.0.113.7", CLI, error=error)
    return replace(made, **fields)  # type: ignore[arg-type]


def write(minutes: float, action: str, request: dict[str, object] | None = None, **fields: object) -> Call:
    return call(minutes, action, read_only=False, request=request or {}, **fields)  # type: ignore[arg-type]


def held(key_id: str, origin: Origin, parent: str | None, how: str, arn: str, minutes: float, events: int = 0,
         certainty: Certainty = Certainty.CERTAIN, *, shared: bool = False) -> HeldCredential:  # fmt: skip
    since = LEAK + timedelta(minutes=minutes)
    last = since + timedelta(minutes=min(events, 90))
    return HeldCredential(
        key_id=key_id, origin=origin, parent=parent, how=how, principal_arn=arn, account=ACCOUNT, since=since,
        certainty=certainty, why=f"{how or 'the leak'} says so", proof=(f"e-{key_id[-4:]}",), shared=shared,
        first=since if events else None, last=last if events else None, events=events,
        expires_at=since + timedelta(hours=1) if origin is Origin.MINTED else None,
    )  # fmt: skip


def remaining(arn: str, kind: str, deed: str, detail: str, minutes: float, *, principal: bool = False,
              grants: tuple[str, ...] = (), removed_by: str = "", event_id: str = "") -> Remaining:  # fmt: skip
    at = LEAK + timedelta(minutes=minutes)
    return Remaining(
        arn=arn, type=f"AWS::{kind}", deed=deed, detail=detail, by=LEAKED, at=at, event_id=event_id or f"e-{arn[-6:]}",
        state="removed" if removed_by else "stands", removed_by=removed_by, grants=grants, is_principal=principal,
        removed_at=at + timedelta(minutes=50) if removed_by else None,
    )  # fmt: skip


def small() -> Investigation:
    """A key leaks, is tried twelve minutes later, looks around, makes a user with a key and sessions, and a machine."""
    minted, created, stolen = "ASIA" + "MINTED" + "0002", "AKIA" + "CREATED" + "0003", "ASIA" + "STOLEN" + "0004"
    looks = [
        call(12.1 + i / 10, f"{what}", error="AccessDenied" if i % 4 else "")
        for i, what in enumerate(("iam:ListUsers", "iam:ListRoles", "s3:ListBuckets", "ec2:DescribeInstances") * 8)
    ]
    stop = write(16, "cloudtrail:StopLogging", {"name": "org-trail"}, error="AccessDenied", agent=PACU)
    user = write(18, "iam:CreateUser", {"userName": "backup-svc"}, agent=PACU)
    attach = write(18.5, "iam:AttachUserPolicy", {"userName": "backup-svc", "policyArn": iam("policy/x")}, agent=PACU)
    key = write(19, "iam:CreateAccessKey", {"userName": "backup-svc"}, agent=PACU)
    run = write(35, "ec2:RunInstances", {"instanceType": "p4d.24xlarge"}, key_id=minted, region="us-east-1")
    more = [replace(run, at=run.at + timedelta(seconds=s), event_id=f"run-{s}") for s in (5, 9)]
    calls = (call(12, "sts:GetCallerIdentity"), *looks, stop, user, attach, key, run, *more)
    sessions = tuple(
        held(
            f"ASIASESSION{n:05d}",
            Origin.MINTED,
            created,
            "AssumeRole",
            iam("role/batch"),
            60 + n,
            events=4 if n % 3 == 0 else 0,
        )
        for n in range(215)
    )
    user_arn = iam("user/backup-svc")
    return Investigation(
        leaked=LEAKED,
        leaked_at=LEAK,
        leaked_at_is_known=True,
        credentials=(
            held(LEAKED, Origin.LEAKED, None, "", CI, 0, events=37),
            held(minted, Origin.MINTED, LEAKED, "AssumeRole", DEPLOY, 30, events=3),
            held(created, Origin.CREATED, LEAKED, "CreateAccessKey", user_arn, 19, events=215),
            *sessions,
            held(
                stolen, Origin.STOLEN, minted, "RunInstances", iam("role/worker"), 40, 9, Certainty.LIKELY, shared=True
            ),
        ),
        principals=(
            PrincipalSeen(CI, is_in=True, why="its key leaked"),
            PrincipalSeen(user_arn, is_in=True, why="made by the leaked key"),
            PrincipalSeen(iam("user/alice"), is_in=False, why="works from the office, before and since"),
        ),
        calls=calls,
        techniques=(
            Technique("cloudtrail-stopped", "Trail stopped or deleted", "critical", ("T1562.008",), (stop,)),
            Technique("iam-create-user", "User created", "medium", ("T1136.003",), (user,)),
            Technique("iam-create-access-key", "Access key created", "high", ("T1098.001",), (key,)),
            Technique("unusual", "Unusual instances started", "high", ("T1496.001", "T1578.002"), (run, *more)),
            Technique("enumerated", "Identities enumerated", "low", ("T1087.004",), tuple(looks)),
        ),
        remaining=(
            remaining(
                f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0aa", "EC2::Instance", "created", "p4d.24xlarge", 35
            ),
            remaining(iam("user/backup-svc"), "IAM::User", "created", "", 18, principal=True, event_id=user.event_id),
            remaining(iam("user/backup-svc"), "IAM::AccessKey", "created", created, 19, principal=True),
            remaining(
                "arn:aws:s3:::invoices", "S3::Bucket", "shared", f"policy lets in {OUTSIDER}", 44, grants=(OUTSIDER,)
            ),
            remaining(iam("role/tmp"), "IAM::Role", "created", "", 20, principal=True, removed_by=LEAKED),
        ),
        own_use=OwnUse(before=1204, since=12, addresses=("192.0.2.10",), last_at=LEAK + timedelta(hours=2)),
        seen=Seen(
            records=48211,
            first=LEAK - timedelta(days=7),
            last=LEAK + timedelta(hours=6),
            gaps=((LEAK + timedelta(hours=3), LEAK + timedelta(hours=4)),),
            problems=("eu-south-1: the trail could not be read (AccessDenied)",),
        ),
        addresses={"203.0.113.7": len(calls) - 4, "198.51.100.66": 3, "192.0.2.10": 1},
        shared_addresses=("192.0.2.10",),
        agents={CLI: len(calls) - 4, PACU: 4},
        suspects=(
            PrincipalSeen(iam("user/bob"), is_in=False, why="the same address once", certainty=Certainty.POSSIBLE),
        ),
    )


def big() -> Investigation:
    """5,000 calls, 1,200 credentials, 30 techniques, 60 things, and much that the trail does not tell."""
    origins = (Origin.MINTED, Origin.MINTED, Origin.CREATED, Origin.STOLEN)
    credentials = [held(LEAKED, Origin.LEAKED, None, "", CI, 0, events=900)]
    for n in range(1, 1200):
        parent = credentials[n // 3 if n % 5 else 0].key_id
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/role-{n % 90}/s{n}"
        how = ("AssumeRole", "GetSessionToken", "CreateAccessKey", "RunInstances")[n % 4]
        sure = Certainty.POSSIBLE if n % 50 == 0 else Certainty.CERTAIN
        credentials.append(held(f"ASIA{n:012d}", origins[n % 4], parent, how, arn, n, n % 7, sure))
    calls = tuple(
        replace(
            call(
                12 + n * 1.3,
                ("iam:CreateUser", "ec2:RunInstances", "s3:ListBuckets", "iam:ListUsers", "kms:Decrypt")[n % 5],
                key_id=credentials[n * 7 % 1200].key_id,
                error=("", "AccessDenied", "ThrottlingException")[n % 3],
                read_only=n % 5 > 1,
                request={"userName": f"user-{n}"},
                address=f"203.0.113.{n % 250}",
                region=f"region-{n % 17}",
                agent=(CLI, PACU, f"custom/{n % 300}")[n % 3],
            ),
            event_id=f"e-{n}",
        )
        for n in range(5000)
    )
    levels = ("critical", "high", "medium", "low", "informational")
    things = tuple(
        remaining(
            iam(f"user/made-{n}"), f"Kind{n % 12}::Thing", "created", f"detail of {n} " * 6, n, principal=n % 4 == 0
        )
        for n in range(60)
    )
    return replace(
        small(),
        credentials=tuple(credentials),
        calls=calls,
        techniques=tuple(
            Technique(f"rule-{n}", f"Something grave of kind {n}", levels[n % 5], ("T1098.001",), calls[n::30])
            for n in range(30)
        ),
        remaining=things,
        principals=tuple(
            PrincipalSeen(iam(f"user/near-{n}"), is_in=n % 2 == 0, why=f"reason {n} " * 9) for n in range(300)
        ),
        suspects=tuple(PrincipalSeen(iam(f"user/s-{n}"), is_in=False, why="maybe") for n in range(50)),
        addresses={f"203.0.113.{n}": 20 for n in range(250)},
        agents={c.agent: 1 for c in calls},
        capped="more than 1,200 credentials: the others were not followed",
        seen=replace(small().seen, problems=tuple(f"region-{n} could not be read" for n in range(40))),
    )
