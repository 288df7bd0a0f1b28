"""What the pages need: sessions of people are tokens of another kind, and a list reads no records."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("kind", sa.String(16), nullable=False, server_default="token"))
    op.create_table(
        "incidents",
        sa.Column("incident", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("told_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("told", sa.Text, nullable=False, server_default=""),
    )
    op.execute("INSERT INTO incidents (incident, seq) SELECT incident, max(seq) FROM entries GROUP BY incident")
