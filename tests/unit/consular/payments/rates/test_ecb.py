"""The file of euro reference rates: what it says is read, and one wrong figure spoils all of it."""

from datetime import date
from decimal import Decimal

import pytest

from services.consular.payments.rates import ecb
from services.consular.payments.rates.ecb import ReferenceRate
from tests.factories.payments.rates import ecb_file
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 2)
FILE = ecb_file({"2026-10-30": {"USD": "1.1172", "JPY": "175.68"}})


def test_the_daily_file_gives_each_rate_with_its_day() -> None:
    day = date(2026, 10, 30)
    assert ecb.read(FILE, TODAY) == [
        ReferenceRate(day, "JPY", Decimal("175.68")),
        ReferenceRate(day, "USD", Decimal("1.1172")),
    ]


def test_the_file_of_ninety_days_comes_oldest_day_first() -> None:
    days = {"2026-10-30": {"USD": "1.1172"}, "2026-10-29": {"USD": "1.1170"}, "2026-10-28": {"USD": "1.1166"}}
    assert [rate.on.day for rate in ecb.read(ecb_file(days), TODAY)] == [28, 29, 30]


ENTITY = b'<!DOCTYPE x [<!ENTITY a "1.1172">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "not_xml", id="empty"),
        pytest.param(FILE[:-40], "not_xml", id="truncated"),
        pytest.param(b"a" * (ecb.MAX_BYTES + 1), "too_large", id="too large"),
        pytest.param(FILE.replace(b"?>\n", b"?>\n" + ENTITY, 1), "not_xml", id="entities"),
        pytest.param(FILE.replace(b"?>\n", b"?>\n" + OUTSIDE, 1), "not_xml", id="outside reference"),
        pytest.param(FILE.replace(b"UTF-8", b"UTF-99"), "not_xml", id="unknown encoding"),
        pytest.param(FILE.replace(b"1.1172", b"\xff1172"), "not_xml", id="wrong encoding"),
        pytest.param(b"<html><body>maintenance</body></html>", "no_rates", id="a page instead"),
        pytest.param(ecb_file({}), "no_rates", id="no day"),
        pytest.param(ecb_file({"2026-11-03": {"USD": "1.1172"}}), "day", id="of tomorrow"),
        pytest.param(ecb_file({"30.10.2026": {"USD": "1.1172"}}), "day", id="not a day"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "0"}}), "rate", id="zero"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "0.000"}}), "rate", id="zero with decimals"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "-1.1172"}}), "rate", id="negative"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "3,75"}}), "rate", id="comma"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "١٫١١٧٢"}}), "rate", id="Arabic digits"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "NaN"}}), "rate", id="not a number"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "1e3"}}), "rate", id="exponent"),
        pytest.param(ecb_file({"2026-10-30": {"USD": ""}}), "rate", id="missing rate"),
        pytest.param(ecb_file({"2026-10-30": {"USD": "1000000000000000"}}), "rate", id="10^15"),
        pytest.param(ecb_file({"2026-10-30": {"usd": "1.1172"}}), "currency", id="not a currency"),
        pytest.param(ecb_file({"2026-10-30": {"EUR": "1"}}), "currency", id="the euro itself"),
        pytest.param(
            FILE.replace(b'<Cube currency="JPY" rate="175.68"/>', b'<Cube currency="USD" rate="1.2"/>'),
            "twice",
            id="one currency twice",
        ),
    ],
)
def test_a_file_that_cannot_be_true_is_refused_whole(content: bytes, reason: str) -> None:
    with refuses("rates_unreadable") as refused:
        ecb.read(content, TODAY)
    assert refused.value.params == {"reason": reason}
