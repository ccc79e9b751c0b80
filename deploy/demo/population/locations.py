"""Where the population lives: governorates, their registry offices, quarters, and the cities emigrants go to."""

from dataclasses import dataclass
from random import Random

from deploy.demo.population.names import Pair, table

GOVERNORATES: dict[str, Pair] = {
    "01": ("دمشق", "Damascus"),
    "02": ("حلب", "Aleppo"),
    "03": ("ريف دمشق", "Rural Damascus"),
    "04": ("حمص", "Homs"),
    "05": ("حماة", "Hama"),
    "06": ("اللاذقية", "Latakia"),
    "07": ("إدلب", "Idlib"),
    "08": ("الحسكة", "Al-Hasakah"),
    "09": ("دير الزور", "Deir ez-Zor"),
    "10": ("طرطوس", "Tartus"),
    "11": ("الرقة", "Raqqa"),
    "12": ("درعا", "Daraa"),
    "13": ("السويداء", "As-Suwayda"),
    "14": ("القنيطرة", "Quneitra"),
}
QUARTERS: tuple[Pair, ...] = (
    ("الحارة الشرقية", "Eastern Quarter"),
    ("الحارة الغربية", "Western Quarter"),
    ("الحارة الشمالية", "Northern Quarter"),
    ("الحارة القبلية", "Southern Quarter"),
    ("السوق القديم", "Old Market"),
    ("حي المحطة", "Station Quarter"),
    ("حي البساتين", "Orchards Quarter"),
    ("حي النهر", "River Quarter"),
    ("الحي الجديد", "New Quarter"),
    ("حي القلعة", "Citadel Quarter"),
)
# Country, city, and how often it is chosen among a hundred.
CITIES: tuple[tuple[str, Pair, int], ...] = (
    ("SA", ("الرياض", "Riyadh"), 17),
    ("SA", ("جدة", "Jeddah"), 9),
    ("AE", ("دبي", "Dubai"), 9),
    ("KW", ("الكويت", "Kuwait"), 7),
    ("QA", ("الدوحة", "Doha"), 5),
    ("LB", ("بيروت", "Beirut"), 10),
    ("JO", ("عمّان", "Amman"), 7),
    ("TR", ("إسطنبول", "Istanbul"), 10),
    ("TR", ("غازي عنتاب", "Gaziantep"), 5),
    ("EG", ("القاهرة", "Cairo"), 4),
    ("IQ", ("أربيل", "Erbil"), 4),
    ("DE", ("برلين", "Berlin"), 6),
    ("SE", ("ستوكهولم", "Stockholm"), 3),
    ("FR", ("باريس", "Paris"), 2),
    ("BR", ("ساو باولو", "Sao Paulo"), 2),
)
_WHEEL = tuple(city for city, (_, _, weight) in enumerate(CITIES) for _ in range(weight))


@dataclass(frozen=True)
class Office:
    """A registry office (amana); its code starts with the governorate's."""

    code: str
    name: Pair

    @property
    def governorate(self) -> str:
        """The governorate's two digits, which also start the national numbers given out here."""
        return self.code[:2]


OFFICES: tuple[Office, ...] = tuple(Office(code, (arabic, latin)) for code, arabic, latin in table("offices"))
# Large cities come up again so that they keep more families; the first round already reaches every office.
_LARGE = ("0101", "0103", "0201", "0202", "0301", "0302", "0401", "0501", "0601", "0701", "0801", "0901", "1001")
ROUND: tuple[Office, ...] = OFFICES + tuple(office for office in OFFICES if office.code in _LARGE) * 2


def city(random: Random) -> int:
    """A place abroad, as an index into CITIES."""
    return _WHEEL[int(random.random() * len(_WHEEL))]
