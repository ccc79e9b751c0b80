"""The part that the directorate's documents share: a man's names, birth and service record."""

from typing import Any

from sqlalchemy.orm import Session

from services.conscription.model import RecruitmentBranch, ServiceRecord
from shared.values.dates import partial_iso


def snapshot_of(session: Session, record: ServiceRecord) -> dict[str, Any]:
    """The keys `holder`, `person` and `service` of a document's snapshot."""
    branch = session.get_one(RecruitmentBranch, record.branch)
    ar = (record.given_name, record.father_name, record.family_name)
    en = (record.latin_given, record.latin_father, record.latin_family)
    unknown = {"ar": "", "en": ""}
    return {
        "holder": {"ar": " ".join(filter(None, ar)), "en": " ".join(filter(None, en))},
        "person": {
            "given": {"ar": ar[0], "en": en[0]},
            "father": {"ar": ar[1], "en": en[1]},
            "family": {"ar": ar[2], "en": en[2]},
            "mother": {"ar": record.mother_name, "en": record.latin_mother},
            "mother_family": unknown,
            "birth_place": {"ar": record.birthplace, "en": record.latin_birthplace},
            "national_number": record.national_number,
            "born": partial_iso(record.born, record.born_precision),
        },
        "service": {
            "class_year": record.class_year,
            "branch": {"ar": branch.name_ar, "en": branch.name_en},
            "recruitment_number": record.record_number,
        },
    }
