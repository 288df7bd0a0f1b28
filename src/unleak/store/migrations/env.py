"""What Alembic runs: over the connection that it is given, in its transaction."""

from alembic import context

from unleak.store.schema import SCHEMA

context.configure(connection=context.config.attributes["connection"], target_metadata=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
