"""From the tables of any earlier version to those of this one, with what they hold.

Alembic is asked only where there is something to do: a record that is new is made as it is now, and one that is up to
date costs one query.
"""

from pathlib import Path

import sqlalchemy as sa

from unleak.model.errors import CouldNotLook
from unleak.store.schema import ENTRIES, SCHEMA, VERSION

_VERSIONS = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
_BEFORE_MIGRATIONS = "0001"
_LOCK = 7164


def bring_up_to_date(engine: sa.Engine) -> None:
    """Safe where several processes do it at once. Raises CouldNotLook where a later unleak made the tables."""
    if _version(engine) == VERSION:
        return
    with engine.begin() as db:
        if engine.dialect.name == "postgresql":
            db.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        else:
            db.exec_driver_sql("BEGIN IMMEDIATE")
        _bring(db)


def versions() -> list[str]:
    """Of every migration that there is."""
    return sorted(p.name.partition("_")[0] for p in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def _bring(db: sa.Connection) -> None:
    version = _version(db)
    if version == VERSION:
        return
    if version is None and not sa.inspect(db).has_table(ENTRIES.name):
        SCHEMA.create_all(db)
        _write(db, VERSION)
        return
    if version is None:
        _write(db, _BEFORE_MIGRATIONS)
    _upgrade(db)


def _version(bind: sa.Engine | sa.Connection) -> str | None:
    """None where no migration has run here yet."""
    if isinstance(bind, sa.Engine):
        with bind.connect() as db:
            return _version(db)
    if not sa.inspect(bind).has_table(_VERSIONS.name):
        return None
    return bind.execute(sa.select(_VERSIONS.c.version_num)).scalar()


def _write(db: sa.Connection, version: str) -> None:
    _VERSIONS.create(db, checkfirst=True)
    db.execute(_VERSIONS.insert().values(version_num=version))


def _upgrade(db: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415  a tenth of a second, which only an old record costs
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = db
    try:
        command.upgrade(config, VERSION)
    except CommandError as error:
        raise CouldNotLook(
            "a later version of unleak made this record", "use that version, or a later one, to read it"
        ) from error
