"""What the registers said becomes the facts that conditions are asked about, on both sides of the gateway alike."""

from datetime import date
from typing import Any

import pytest

from shared.catalogue.conditions import has_a_deferral_to_renew
from shared.catalogue.model import Facts

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 22)
CIVIL: dict[str, Any] = {"person": "p", "sex": "M", "born": "2000-02-29", "alive": True, "registered": True}


def test_everything_said_is_in_the_facts() -> None:
    service = {"service_status": "deferred", "deferred_until": "2027-01-31"}
    facts = Facts.from_statements(
        {"civil_registry": {**CIVIL, "holder": {"kinship": "spouse"}}, "conscription": service}, TODAY
    )
    assert facts == Facts(
        "p", TODAY, "M", date(2000, 2, 29), True, True, "deferred", date(2027, 1, 31), None, "holder", "spouse"
    )
    assert has_a_deferral_to_renew(facts)


def test_no_service_record_is_a_fact_as_well() -> None:
    nothing = {"service_status": None, "deferred_until": None}
    facts = Facts.from_statements({"civil_registry": CIVIL, "conscription": nothing}, TODAY, "agent")
    assert (facts.service_status, facts.deferred_until, facts.kinship, facts.capacity) == (None, None, None, "agent")


@pytest.mark.parametrize("lacking", ("person", "sex", "born", "alive", "registered"))
def test_a_register_that_leaves_something_out(lacking: str) -> None:
    with pytest.raises(KeyError):
        Facts.from_statements(
            {"civil_registry": {name: said for name, said in CIVIL.items() if name != lacking}}, TODAY
        )


def test_a_date_that_is_none() -> None:
    with pytest.raises(ValueError):
        Facts.from_statements({"civil_registry": {**CIVIL, "born": "2001-02-29"}}, TODAY)
