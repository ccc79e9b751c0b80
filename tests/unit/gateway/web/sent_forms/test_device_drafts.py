"""What must never be found on a telephone is not kept on it."""

from services.gateway.web.sent_forms.device_drafts import may_keep_on_device
from shared.catalogue import CATALOGUE


def test_neither_service_in_the_army_nor_convictions_are_kept() -> None:
    never = {slug for slug, entry in CATALOGUE.items() if not may_keep_on_device(entry)}
    conscription = {slug for slug, entry in CATALOGUE.items() if entry.group == "conscription"}
    assert never >= conscription | {"criminal-record"}
    assert may_keep_on_device(CATALOGUE["individual-extract"])
