"""The tables, as the newest version has them. How earlier versions come here stands in `migrations`."""

import sqlalchemy as sa

SCHEMA = sa.MetaData()
VERSION = "0004"
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
REPOSITORIES = sa.Table(
    "repositories",
    SCHEMA,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("public", sa.Boolean, nullable=True),
    sa.Column("scans", sa.Integer, nullable=False),
    sa.Column("last_at", sa.String(40), nullable=False),
    sa.Column("last_what", sa.Text, nullable=False),
    sa.Column("whole_at", sa.String(40), nullable=True),
)
GAPS = sa.Table(
    "repository_gaps",
    SCHEMA,
    sa.Column("errand", sa.String(64), primary_key=True),
    sa.Column("repository", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
FINDINGS = sa.Table(
    "findings",
    SCHEMA,
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
    sa.Index("ix_findings_first_seen_at_id", "first_seen_at", "id"),
)
FINDING_WORDS = sa.Table(
    "finding_words",
    SCHEMA,
    sa.Column("finding", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("word", sa.String(16), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("until", sa.String(40), nullable=True),
)
READINESS = sa.Table(
    "readiness",
    SCHEMA,
    sa.Column("account", sa.String(12), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("rows", sa.Text, nullable=False),
)
DRILLS = sa.Table(
    "drills",
    SCHEMA,
    sa.Column("account", sa.String(12), primary_key=True),
    sa.Column("technique", sa.String(80), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("score", sa.Text, nullable=False),
)
