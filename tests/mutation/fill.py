"""Fills the database once with what every test run begins with."""

import os

from deploy.demo.population import load as load_population
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import DATABASE, connect_as_admin

if __name__ == "__main__":
    admin_url = os.environ["MUTATION_ADMIN_URL"]
    migrate_all(admin_url)
    with connect_as_admin(admin_url, DATABASE) as connection:
        load_population(connection, people=400, seed=7)
