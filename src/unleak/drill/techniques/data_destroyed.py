"""A bucket and a database are deleted. What is deleted is gone: a person is told what, to restore it from elsewhere."""

from unleak.drill.documents import PASSWORD, be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces

DATABASE = "shop"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    stage.admin.client(stage.account, "s3").create_bucket(Bucket=f"{stage.bucket}-archive")
    make_database(stage)


def make_database(stage: Stage) -> None:
    stage.admin.client(stage.account, "rds").create_db_instance(
        DBInstanceIdentifier=DATABASE, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="sam", MasterUserPassword=PASSWORD,
    )  # fmt: skip


TECHNIQUE = Technique(
    id="data_destroyed",
    title="Data destroyed",
    attack=("T1485",),
    prepare=prepare,
    moves=(
        call("s3:DeleteBucket", Bucket="{bucket}-archive"),
        call("rds:DeleteDBInstance", DBInstanceIdentifier=DATABASE, SkipFinalSnapshot=True),
    ),
    seen=Traces(rules=("data-deleted",), things=("S3::Bucket", "RDS::DBInstance")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    lost=("bucket ", "settings of bucket ", f"database {DATABASE}"),
    by_hand=("S3::Bucket", "RDS::DBInstance"),
    only_standin=LEAVES,
)
