"""Demo people whose entries lack something, or look like another's: forms, searches and papers must bear them all."""

from datetime import date

from deploy.demo.population.specimens import Specimen, SpecimenMarriage, specimen_id, specimen_number
from shared.values.dates import YEAR

# fmt: off
NO_MOTHER = Specimen(
    "no_mother", specimen_id(41), specimen_number("08", 41), "F", "هيفا", "حسين", "نموذج", "",
    "Hayfa", "Hussein", "Namouzaj", "", date(1979, 9, 4), "0801", 900041,
    birthplace="القامشلي", latin_birthplace="Qamishli",
)
ONE_NAME = Specimen(
    "one_name", specimen_id(42), specimen_number("02", 42), "M", "يتيم", "", "", "",
    "Yatim", "", "", "", date(1958, 1, 1), "0201", 900042, born_precision=YEAR,
    birthplace="حلب", latin_birthplace="Aleppo",
)
FOUR_NAMES = Specimen(
    "four_names", specimen_id(43), specimen_number("07", 43), "F", "نور الهدى", "محمد علي", "آل نموذج", "ست الشام مثال",
    "Nour Alhuda", "Mohammad Ali", "Al Namouzaj", "Sitt Alsham Mithal", date(1986, 2, 17), "0701", 900043,
    birthplace="إدلب", latin_birthplace="Idlib",
)
TWIN = Specimen(
    "twin", specimen_id(44), specimen_number("09", 44), "F", "حنين", "جابر", "نموذج", "وردة مثال",
    "Haneen", "Jaber", "Namouzaj", "Warda Mithal", date(1999, 12, 31), "0901", 900044,
    birthplace="دير الزور", latin_birthplace="Deir ez-Zor",
)
OTHER_TWIN = Specimen(
    "other_twin", specimen_id(45), specimen_number("09", 45), "F", "حنان", "جابر", "نموذج", "وردة مثال",
    "Hanan", "Jaber", "Namouzaj", "Warda Mithal", date(1999, 12, 31), "0901", 900044,
    birthplace="دير الزور", latin_birthplace="Deir ez-Zor",
)
# Registered twice under one name by mistake of the parents: the same in everything but the number.
SAME_TWIN = Specimen(
    "same_twin", specimen_id(46), specimen_number("09", 46), "F", "حنين", "جابر", "نموذج", "وردة مثال",
    "Haneen", "Jaber", "Namouzaj", "Warda Mithal", date(1999, 12, 31), "0901", 900044,
    birthplace="دير الزور", latin_birthplace="Deir ez-Zor",
)
NAMESAKE = Specimen(
    "namesake", specimen_id(47), specimen_number("02", 47), "F", "ريم", "عبد الرحمن", "نموذج", "هناء مثال",
    "Reem", "Abdulrahman", "Namouzaj", "Hanaa Mithal", date(1992, 5, 20), "0202", 900047,
    birthplace="اعزاز", latin_birthplace="Azaz",
)
FIRST_HUSBAND = Specimen(
    "first_husband", specimen_id(48), specimen_number("11", 48), "M", "غازي", "خلف", "نموذج", "بدرية مثال",
    "Ghazi", "Khalaf", "Namouzaj", "Badria Mithal", date(1961, 3, 2), "1101", 900048, "divorced",
    birthplace="الرقة", latin_birthplace="Raqqa",
)
SECOND_HUSBAND = Specimen(
    "second_husband", specimen_id(49), specimen_number("11", 49), "M", "منصور", "خلف", "مثال", "عمشة نموذج",
    "Mansour", "Khalaf", "Mithal", "Amsha Namouzaj", date(1959, 7, 8), "1101", 900049, "married",
    birthplace="الرقة", latin_birthplace="Raqqa",
)
REMARRIED = Specimen(
    "remarried", specimen_id(50), specimen_number("11", 50), "F", "شهلا", "عواد", "نموذج", "فضة مثال",
    "Shahla", "Awwad", "Namouzaj", "Fidda Mithal", date(1966, 1, 1), "1101", 900049, "married", born_precision=YEAR,
    birthplace="الرقة", latin_birthplace="Raqqa",
)
KURDISH_NAME = Specimen(
    "kurdish_name", specimen_id(51), specimen_number("02", 51), "F", "بیریڤان", "کاوا", "گلستان", "زھیۃ مثال",
    "Bêrîvan", "Kawa", "Gulistan", "Zahia Mithal", date(1990, 3, 21), "0205", 900051,
    birthplace="عفرين", latin_birthplace="Afrin",
)
# fmt: on

UNUSUAL = (
    NO_MOTHER,
    ONE_NAME,
    FOUR_NAMES,
    TWIN,
    OTHER_TWIN,
    SAME_TWIN,
    NAMESAKE,
    FIRST_HUSBAND,
    SECOND_HUSBAND,
    REMARRIED,
    KURDISH_NAME,
)
# To which she returned between her two marriages.
HER_FATHERS_ENTRY = 900050
UNUSUAL_MARRIAGES = (
    SpecimenMarriage(FIRST_HUSBAND, REMARRIED, date(1985, 6, 1), date(1990, 2, 3), HER_FATHERS_ENTRY),
    SpecimenMarriage(SECOND_HUSBAND, REMARRIED, date(1993, 10, 15), left=HER_FATHERS_ENTRY),
)
