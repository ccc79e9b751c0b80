"""The databases: roles, migrations, reference data, and the programs of PostgreSQL."""
