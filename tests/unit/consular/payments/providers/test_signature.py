"""A signature fits one secret, one instant and one body, for five minutes to either side."""

import time

import pytest
import stripe

from services.consular.payments.providers.signature import check, sign
from shared.errors import NotAllowed
from tests.factories.refusals import refuses

AT = 1_790_000_000
RAW = b'{"id": "ev_1"}'
# HMAC-SHA-256 under the key b"card-secret", of b"1790000000." followed by RAW.
DIGEST = "b74451d8e447934b83e304e851632929e63a6c89c3ca639c0d6d3dc97240170e"


def test_a_signature_covers_time_and_body() -> None:
    assert sign("card-secret", AT, RAW) == f"t=1790000000,v1={DIGEST}"


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_a_signature_is_good_for_five_minutes(seconds: int) -> None:
    check(("card-secret",), sign("card-secret", AT, RAW), RAW, AT + seconds)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_older_or_later_one_is_refused(seconds: int) -> None:
    with refuses("signature_old", NotAllowed):
        check(("card-secret",), sign("card-secret", AT, RAW), RAW, AT + seconds)


def test_any_of_our_secrets_may_fit_any_of_the_signatures() -> None:
    old, new = sign("old-secret", AT, RAW), sign("new-secret", AT, RAW).partition(",")[2]
    check(("another", "old-secret"), old, RAW, AT)
    check(("new-secret",), f"{old},{new}", RAW, AT)
    check(("old-secret",), f"{old},{new}", RAW, AT)


GOOD = f"t={AT},v1={'0' * 64}"


@pytest.mark.parametrize(
    ("secrets", "header"),
    [
        ((), sign("card-secret", AT, RAW)),
        (("card-secret",), ""),
        (("card-secret",), GOOD),
        (("card-secret",), sign("another", AT, RAW)),
        (("card-secret",), sign("card-secret", AT, RAW + b" ")),
        (("card-secret",), sign("card-secret", AT + 1, RAW).replace(str(AT + 1), str(AT))),
        (("card-secret",), sign("card-secret", AT, RAW).upper()),
        (("card-secret",), " " + sign("card-secret", AT, RAW)),
        (("card-secret",), sign("card-secret", AT, RAW) + f",v1={'0' * 64}" * 5),
        (("card-secret",), sign("card-secret", AT, RAW).replace(str(AT), "1" * 13)),
        (("card-secret",), f"t={AT}"),
    ],
)
def test_what_nobody_of_us_signed_is_refused(secrets: tuple[str, ...], header: str) -> None:
    with refuses("signature_wrong", NotAllowed):
        check(secrets, header, RAW, AT)


def test_a_header_may_have_five_signatures_and_a_time_of_twelve_digits() -> None:
    check(("card-secret",), f"t={AT}" + f",v1={'0' * 64}" * 4 + sign("card-secret", AT, RAW)[12:], RAW, AT)
    late = 999_999_999_999
    check(("card-secret",), sign("card-secret", late, RAW), RAW, late)


def test_signatures_of_other_schemes_are_no_signatures() -> None:
    good = sign("card-secret", AT, RAW)
    check(("card-secret",), f"{good},v0={'0' * 64}", RAW, AT)
    with refuses("signature_wrong", NotAllowed):
        check(("card-secret",), good.replace("v1", "v0"), RAW, AT)


def test_the_official_client_agrees() -> None:
    now = int(time.time())
    assert stripe.WebhookSignature.verify_header(RAW.decode(), sign("card-secret", now, RAW), "card-secret", 300)
