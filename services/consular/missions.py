"""The missions: where they stand, whose days they count, in which coin they take money."""

from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, BigInteger, SmallInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.consular.data import rows_of
from services.consular.model import Base
from shared.errors import NotFound


class Mission(Base):
    """An embassy or consulate. Weekdays are numbers, Monday is 0; `cash_step` is its smallest coin in minor units."""

    __tablename__ = "mission"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_ar: Mapped[str]
    name_en: Mapped[str]
    country: Mapped[str]
    zone: Mapped[str]
    weekend: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    half_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    currency: Mapped[str]
    cash_step: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]

    def shown(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "code": self.code,
            "name_ar": self.name_ar,
            "name_en": self.name_en,
            "country": self.country,
            "zone": self.zone,
            "weekend": list(self.weekend),
            "half_days": list(self.half_days),
            "currency": self.currency,
            "status": self.status,
        }


class Office(Base):
    """Where a mission receives people; a mission without a row has published no address."""

    __tablename__ = "office"

    code: Mapped[str] = mapped_column(primary_key=True)
    address_ar: Mapped[str]
    address_en: Mapped[str]
    source: Mapped[str]
    certainty: Mapped[str]


def address(session: Session, code: str) -> dict[str, str]:
    """A mission's address in both languages; empty where none is known."""
    office = session.get(Office, code)
    return {"ar": office.address_ar, "en": office.address_en} if office else {"ar": "", "en": ""}


def find(session: Session, code: str | None) -> Mission:
    """The mission of a code such as RUH. Raises NotFound."""
    # Kept for the transaction: a session forgets at once what nobody holds, and nothing is asked for more often.
    known: dict[str, Mission] = session.info.setdefault("missions", {})
    mission = known.get(code or "") or (session.get(Mission, code) if code else None)
    if mission is None:
        raise NotFound("mission_unknown")
    known[mission.code] = mission
    return mission


def listed(session: Session) -> list[Mission]:
    """All missions by code."""
    return list(session.scalars(select(Mission).order_by(Mission.code)))


def check_zones() -> None:
    """Raises ZoneInfoNotFoundError at start when this machine's zone data lack a mission's zone."""
    for zone in sorted({row["zone"] for row in rows_of("mission")}):
        ZoneInfo(zone)
