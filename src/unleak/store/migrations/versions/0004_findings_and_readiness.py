"""What scans of repositories found and what people said of it; the last check and drill of each account."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "repositories",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=True),
        sa.Column("scans", sa.Integer, nullable=False),
        sa.Column("last_at", sa.String(40), nullable=False),
        sa.Column("last_what", sa.Text, nullable=False),
        sa.Column("whole_at", sa.String(40), nullable=True),
    )
    op.create_table(
        "repository_gaps",
        sa.Column("errand", sa.String(64), primary_key=True),
        sa.Column("repository", sa.String(255), nullable=False, index=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("repository", sa.String(255), nullable=False, index=True),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("detector", sa.String(80), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("key_id", sa.String(128), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("has_secret", sa.Boolean, nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("place_count", sa.Integer, nullable=False),
        sa.Column("first_seen_at", sa.String(40), nullable=False),
        sa.Column("last_seen_at", sa.String(40), nullable=False),
        sa.Column("stood_at", sa.String(40), nullable=True),
        sa.Column("gone_at", sa.String(40), nullable=True),
        sa.Column("came_back_at", sa.String(40), nullable=True),
        sa.Column("in_history", sa.Boolean, nullable=True),
        sa.Column("ignored_by", sa.String(80), nullable=False),
        sa.Column("word", sa.String(16), nullable=False),
        sa.Column("word_at", sa.String(40), nullable=True),
        sa.Column("word_until", sa.String(40), nullable=True),
    )
    op.create_index("ix_findings_first_seen_at_id", "findings", ["first_seen_at", "id"])
    op.create_table(
        "finding_words",
        sa.Column("finding", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(16), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("until", sa.String(40), nullable=True),
    )
    op.create_table(
        "readiness",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("place", sa.String(255), nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
    )
    op.create_table(
        "drills",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("technique", sa.String(80), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("place", sa.String(255), nullable=False),
        sa.Column("score", sa.Text, nullable=False),
    )
