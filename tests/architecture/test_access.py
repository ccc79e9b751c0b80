"""Every door has an entry in the access table."""

from collections.abc import Callable

import pytest

from deploy.platform.database.roles import SERVICES
from shared.identity.access import ACCESS, ANY, MISSION, OWN
from shared.identity.actor import DECLARED, OFFICER_ROLES, PARTNERS, Actor
from tests.conftest import HOME, ServiceClient

ROLES = ("anonymous", "expatriate", DECLARED, *sorted(OFFICER_ROLES), *SERVICES, *PARTNERS)
INNER = tuple(service for service in SERVICES if service != "gateway")
ME, SOMEBODY_ELSE = "person-1", "person-2"


def test_the_table_knows_only_real_roles_and_scopes() -> None:
    assert {role for roles in ACCESS.values() for role in roles} <= set(ROLES)
    assert {scope for roles in ACCESS.values() for scope in roles.values()} <= {OWN, MISSION, ANY}


@pytest.mark.parametrize("service", INNER)
def test_no_route_answers_without_a_token_or_to_a_role_without_entry(
    service_client: Callable[[str], ServiceClient], service: str
) -> None:
    client = service_client(service)
    routes = [rule for rule in client.app.url_map.iter_rules() if rule.endpoint not in ("health", "ready")]
    assert routes
    for rule in routes:
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "RUH-22222-2").replace(f"<int:{argument}>", "1")
        action = getattr(client.app.view_functions[rule.endpoint], "action", None)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert client.client.open(path, method=method).status_code == 403, rule
            for role in set(ROLES) - set(ACCESS[str(action)]):
                refused = client.ask(method, path, Actor("any", "x", role, HOME, None))
                assert (refused.status_code, refused.get_json()["code"]) == (403, "not_allowed"), (rule, role)


@pytest.mark.parametrize("service", INNER)
def test_every_message_heard_has_a_sender_who_may_say_it(service: str) -> None:
    handlers = __import__(f"services.{service}.handlers", fromlist=["HANDLERS"]).HANDLERS
    assert handlers and all(ACCESS[f"message.{name}"] for name in handlers)
