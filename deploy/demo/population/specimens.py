"""The named demo people: plainly fictional, always in the registers, known to demo accounts, guides and tests."""

from dataclasses import dataclass, field
from datetime import date

from shared.catalogue.model import NOT_RECORDED
from shared.values.dates import DAY


@dataclass(frozen=True)
class Residence:
    """A stay outside Syria; an open one has no `until_on`."""

    country: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True)
class Service:
    """What the recruitment branch keeps about a man."""

    branch: str
    record_number: str
    status: str
    recorded_on: date
    born_abroad: bool = False
    residences: tuple[Residence, ...] = ()


@dataclass(frozen=True)
class Specimen:
    """One fictional person, with every field that identity confirmation asks for."""

    key: str
    person: str
    national_number: str
    sex: str
    given_name: str
    father_name: str
    family_name: str
    mother_name: str
    latin_given: str
    latin_father: str
    latin_family: str
    latin_mother: str
    born: date
    office: str
    entry: int
    marital: str = "single"
    birthplace: str = "دمشق"
    latin_birthplace: str = "Damascus"
    father: str | None = None
    mother: str | None = None
    died_on: date | None = None
    born_precision: str = DAY
    service: Service | None = field(default=None, repr=False)

    def identity(self) -> dict[str, str]:
        """The body of POST /identity/confirm that this person would type."""
        return {
            "national_number": self.national_number,
            "given_name": self.given_name,
            "family_name": self.family_name or NOT_RECORDED,
            "father_name": self.father_name or NOT_RECORDED,
            "mother_name": self.mother_name or NOT_RECORDED,
            "born": self.born.isoformat(),
        }

    def mother_parts(self) -> tuple[str, str]:
        """The mother's given name and family name, in Arabic."""
        given, _, family = self.mother_name.rpartition(" ")
        return given, family

    def latin_mother_parts(self) -> tuple[str, str]:
        """The mother's given name and family name, in Latin letters."""
        given, _, family = self.latin_mother.rpartition(" ")
        return given, family


@dataclass(frozen=True)
class SpecimenMarriage:
    """A marriage between two specimens, and its end if there was one.

    `left` is the number of the entry the wife came from, where she is on another one now and came back in between.
    """

    husband: Specimen
    wife: Specimen
    married_on: date
    divorced: date | None = None
    left: int | None = None


def specimen_id(number: int) -> str:
    return f"5bec0000-0000-4000-8000-{number:012d}"


def specimen_number(governorate: str, number: int) -> str:
    """Serials from 999 000 000 up are kept for specimens: the generator never gives them out."""
    return f"{governorate}{999_000_000 + number:09d}"


# fmt: off
ABROAD = Specimen(
    "abroad", specimen_id(1), specimen_number("01", 1), "M", "كرم", "سليم", "نموذج", "هدى مثال",
    "Karam", "Salim", "Namouzaj", "Huda Mithal", date(1997, 3, 14), "0101", 900001,
    service=Service("0101", "1997/900001", "liable", date(2015, 4, 2),
                    residences=(Residence("SA", date(2019, 9, 1)),)),
)
WOMAN = Specimen(
    "woman", specimen_id(2), specimen_number("02", 2), "F", "ريم", "عبد الرحمن", "نموذج", "سلمى مثال",
    "Reem", "Abdulrahman", "Namouzaj", "Salma Mithal", date(1992, 5, 20), "0201", 900002,
    birthplace="حلب", latin_birthplace="Aleppo",
)
STUDENT = Specimen(
    "student", specimen_id(3), specimen_number("04", 3), "M", "يزن", "ماهر", "نموذج", "رنا مثال",
    "Yazan", "Maher", "Namouzaj", "Rana Mithal", date(2002, 2, 8), "0401", 900003,
    birthplace="حمص", latin_birthplace="Homs",
    service=Service("0401", "2002/900003", "liable", date(2020, 3, 1),
                    residences=(Residence("SA", date(2025, 5, 12)),)),
)
SERVED = Specimen(
    "served", specimen_id(4), specimen_number("06", 4), "M", "فادي", "منير", "نموذج", "نجوى مثال",
    "Fadi", "Mounir", "Namouzaj", "Najwa Mithal", date(1990, 1, 30), "0601", 900004,
    birthplace="اللاذقية", latin_birthplace="Latakia",
    service=Service("0601", "1990/900004", "served", date(2008, 2, 17)),
)
FATHER = Specimen(
    "father", specimen_id(5), specimen_number("05", 5), "M", "أنس", "محمد نور", "نموذج", "فاطمة مثال",
    "Anas", "Mohammad Nour", "Namouzaj", "Fatima Mithal", date(1984, 7, 9), "0501", 900005, "married",
    birthplace="حماة", latin_birthplace="Hama",
    service=Service("0501", "1984/900005", "reserve", date(2002, 8, 1),
                    residences=(Residence("SA", date(2014, 2, 15)),)),
)
MOTHER = Specimen(
    "mother", specimen_id(6), specimen_number("05", 6), "F", "لينا", "جمال", "مثال", "أميرة نموذج",
    "Lina", "Jamal", "Mithal", "Amira Namouzaj", date(1988, 11, 3), "0501", 900005, "married",
    birthplace="حماة", latin_birthplace="Hama",
)
DAUGHTER = Specimen(
    "daughter", specimen_id(7), specimen_number("05", 7), "F", "جود", "أنس", "نموذج", "لينا مثال",
    "Joud", "Anas", "Namouzaj", "Lina Mithal", date(2013, 6, 25), "0501", 900005,
    birthplace="حماة", latin_birthplace="Hama", father=specimen_id(5), mother=specimen_id(6),
)
SON = Specimen(
    "son", specimen_id(8), specimen_number("05", 8), "M", "عمر", "أنس", "نموذج", "لينا مثال",
    "Omar", "Anas", "Namouzaj", "Lina Mithal", date(2017, 1, 12), "0501", 900005,
    birthplace="الرياض", latin_birthplace="Riyadh", father=specimen_id(5), mother=specimen_id(6),
)
ELDER = Specimen(
    "elder", specimen_id(9), specimen_number("13", 9), "M", "نايف", "حمد", "نموذج", "زهية مثال",
    "Nayef", "Hamad", "Namouzaj", "Zahia Mithal", date(1948, 6, 1), "1301", 900009, "widowed",
    birthplace="السويداء", latin_birthplace="As-Suwayda",
)
PAST_AGE = Specimen(
    "past_age", specimen_id(10), specimen_number("12", 10), "M", "رامي", "قاسم", "نموذج", "خديجة مثال",
    "Rami", "Qasem", "Namouzaj", "Khadija Mithal", date(1981, 4, 11), "1201", 900010,
    birthplace="درعا", latin_birthplace="Daraa",
    service=Service("1201", "1981/900010", "evader", date(1999, 5, 5),
                    residences=(Residence("AE", date(2005, 10, 3)),)),
)
BORN_ABROAD = Specimen(
    "born_abroad", specimen_id(11), specimen_number("10", 11), "M", "تيم", "وائل", "نموذج", "سمر مثال",
    "Taym", "Wael", "Namouzaj", "Samar Mithal", date(2003, 9, 17), "1001", 900011,
    birthplace="الكويت", latin_birthplace="Kuwait",
    service=Service("1001", "2003/900011", "liable", date(2021, 10, 10), born_abroad=True,
                    residences=(Residence("KW", date(2003, 9, 17)),)),
)
DIVORCED = Specimen(
    "divorced", specimen_id(12), specimen_number("01", 12), "F", "مها", "سليم", "نموذج", "هدى مثال",
    "Maha", "Salim", "Namouzaj", "Huda Mithal", date(1991, 8, 22), "0101", 900001, "divorced",
)
FORMER_HUSBAND = Specimen(
    "former_husband", specimen_id(13), specimen_number("03", 13), "M", "باسل", "عدنان", "مثال", "منى نموذج",
    "Basel", "Adnan", "Mithal", "Muna Namouzaj", date(1987, 12, 5), "0301", 900013, "divorced",
    birthplace="دوما", latin_birthplace="Douma",
    service=Service("0301", "1987/900013", "exempt", date(2006, 1, 9)),
)
DECEASED = Specimen(
    "deceased", specimen_id(14), specimen_number("13", 14), "F", "نجاح", "فارس", "مثال", "شمسة نموذج",
    "Najah", "Fares", "Mithal", "Shamsa Namouzaj", date(1952, 3, 3), "1301", 900009, "married",
    birthplace="السويداء", latin_birthplace="As-Suwayda", died_on=date(2021, 2, 14),
)
LATE_FATHER = Specimen(
    "late_father", specimen_id(21), specimen_number("08", 21), "M", "حسن", "إبراهيم", "نموذج", "عائشة مثال",
    "Hassan", "Ibrahim", "Namouzaj", "Aisha Mithal", date(1955, 10, 8), "0801", 900021, "married",
    birthplace="الحسكة", latin_birthplace="Al-Hasakah", died_on=date(2023, 9, 2),
)
WIDOW = Specimen(
    "widow", specimen_id(22), specimen_number("08", 22), "F", "سعاد", "خليل", "مثال", "نوال نموذج",
    "Suad", "Khalil", "Mithal", "Nawal Namouzaj", date(1961, 4, 27), "0801", 900021, "widowed",
    birthplace="الحسكة", latin_birthplace="Al-Hasakah",
)
HEIRESS = Specimen(
    "heiress", specimen_id(23), specimen_number("08", 23), "F", "هناء", "حسن", "نموذج", "سعاد مثال",
    "Hanaa", "Hassan", "Namouzaj", "Suad Mithal", date(1993, 12, 19), "0801", 900021,
    birthplace="الحسكة", latin_birthplace="Al-Hasakah", father=specimen_id(21), mother=specimen_id(22),
)
# fmt: on

SPECIMENS: tuple[Specimen, ...] = (
    ABROAD,
    WOMAN,
    STUDENT,
    SERVED,
    FATHER,
    MOTHER,
    DAUGHTER,
    SON,
    ELDER,
    PAST_AGE,
    BORN_ABROAD,
    DIVORCED,
    FORMER_HUSBAND,
    DECEASED,
    LATE_FATHER,
    WIDOW,
    HEIRESS,
)
BY_KEY: dict[str, Specimen] = {one.key: one for one in SPECIMENS}

MARRIAGES: tuple[SpecimenMarriage, ...] = (
    SpecimenMarriage(ELDER, DECEASED, date(1974, 9, 12)),
    SpecimenMarriage(LATE_FATHER, WIDOW, date(1985, 6, 14)),
    SpecimenMarriage(FATHER, MOTHER, date(2011, 10, 7)),
    SpecimenMarriage(FORMER_HUSBAND, DIVORCED, date(2014, 5, 9), date(2019, 3, 26)),
)
