"""The environment in which alembic runs a service's migrations, so that these need nothing of the deployment."""

from alembic import context

from shared.db import metadata


def run_environment() -> None:
    """Called by every service's `migrations/env.py`. The caller of alembic puts connection and service into it."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table_schema=attributes["service"],
        # Gives constraints the names that models and error messages know.
        target_metadata=metadata(),
    )
    context.run_migrations()
