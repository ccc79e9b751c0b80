"""Names of border posts in both languages, for movement statements: ministries write them in Arabic alone."""

from shared.i18n import language
from shared.values.names import fold

# The words are `crossing_point.<code>`.
CODES = (
    "damascus_airport", "aleppo_airport", "latakia_airport", "qamishli_airport", "nasib", "daraa", "jdeideh",
    "dabbousieh", "arida", "jousieh", "matraba", "tanf", "abu_kamal", "yarubiyah", "bab_al_hawa", "bab_al_salama",
    "kasab", "jarablus", "tal_abyad", "ras_al_ain", "latakia_port", "tartus_port",
)  # fmt: skip
# What is written before or after the name of a post and is no part of it.
GENERIC = frozenset(map(fold, ("معبر", "منفذ", "مركز", "مديرية", "هجرة", "الحدودي", "البري", "البحري", "الدولي")))
SAME = {fold("ميناء"): fold("مرفأ")}


def english_name(point: str) -> str:
    """The English name of a post that was written in Arabic; "" for one that is not known."""
    arabic, english = language("ar"), language("en")
    written = _words(point)
    known = (code for code in CODES if _words(arabic.text(f"crossing_point.{code}")) == written)
    return next((english.text(f"crossing_point.{code}") for code in known), "")


def _words(name: str) -> list[str]:
    folded = map(fold, name.split())
    return [SAME.get(word, word) for word in folded if word not in GENERIC]
