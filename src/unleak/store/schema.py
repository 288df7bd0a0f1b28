"""The tables, as the newest version has them. How earlier versions come here stands in `migrations`."""

import sqlalchemy as sa

SCHEMA = sa.MetaData()
VERSION = "0003"
"""Of the newest file in `migrations/versions`."""

ENTRIES = sa.Table(
    "entries",
    SCHEMA,
    sa.Column("incident", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("type", sa.String(32), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)
INCIDENTS = sa.Table(
    "incidents",
    SCHEMA,
    sa.Column("incident", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("told_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
)
"""How long each record is; `told` is what was worked out of it up to `told_seq`: a list needs no reading of records."""

EXHIBITS = sa.Table(
    "exhibits",
    SCHEMA,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
MESSAGES = sa.Table(
    "messages",
    SCHEMA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("sender", sa.String(40), nullable=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
)
ERRANDS = sa.Table(
    "errands",
    SCHEMA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("due_at", sa.String(40), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Index("ix_errands_state_due_at", "state", "due_at"),
)
TOKENS = sa.Table(
    "tokens",
    SCHEMA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("accounts", sa.Text, nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("made_by", sa.String(80), nullable=False),
    sa.Column("expires_at", sa.String(40), nullable=False),
    sa.Column("ended_at", sa.String(40), nullable=True),
    sa.Column("kind", sa.String(16), nullable=False, server_default="token"),
)
