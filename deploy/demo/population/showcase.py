"""Puts the specimens into the registers beside everybody else, through the same rows."""

from dataclasses import replace

from deploy.demo.population.locations import OFFICES, QUARTERS
from deploy.demo.population.names import Pair
from deploy.demo.population.people import Community, Household, Human, Marriage
from deploy.demo.population.registers import Rows, line
from deploy.demo.population.specimens import MARRIAGES, SPECIMENS, Specimen
from deploy.demo.population.unusual import UNUSUAL, UNUSUAL_MARRIAGES


def showcase() -> Community:
    """The specimens as a community of their own."""
    known: dict[str, Human] = {}
    entries: dict[tuple[str, int], Household] = {}
    for specimen in (*SPECIMENS, *UNUSUAL):
        one = known[specimen.person] = _human(specimen, known)
        entry = specimen.office, specimen.entry
        one.entry = entries.setdefault(entry, _household(specimen))
    marriages = []
    for married in (*MARRIAGES, *UNUSUAL_MARRIAGES):
        husband, wife = known[married.husband.person], known[married.wife.person]
        divorced = married.divorced.toordinal() if married.divorced else None
        left = wife.home() if married.left is None else _household(replace(married.wife, entry=married.left))
        marriage = Marriage(husband, wife, married.married_on.toordinal(), left, divorced)
        husband.home().head = husband
        husband.marriages.append(marriage)
        wife.marriages.append(marriage)
        marriages.append(marriage)
    return Community(list(known.values()), list(entries.values()), marriages)


def _human(specimen: Specimen, known: dict[str, Human]) -> Human:
    mother = specimen.mother_parts(), specimen.latin_mother_parts()
    return Human(
        specimen.person,
        specimen.sex,
        (specimen.given_name, specimen.latin_given),
        (specimen.family_name, specimen.latin_family),
        (specimen.father_name, specimen.latin_father),
        (mother[0][0], mother[1][0]),
        (mother[0][1], mother[1][1]),
        specimen.born.toordinal(),
        specimen.died_on.toordinal() if specimen.died_on else None,
        known[specimen.father] if specimen.father else None,
        known[specimen.mother] if specimen.mother else None,
        specimen.national_number,
        (specimen.birthplace, specimen.latin_birthplace),
        born_precision=specimen.born_precision,
    )


def _household(specimen: Specimen) -> Household:
    office = next(office for office in OFFICES if office.code == specimen.office)
    quarter: Pair = QUARTERS[0]
    return Household(office, specimen.entry, quarter, None, specimen.born.toordinal())


def service_rows(rows: Rows) -> None:
    """The men's service records as they are written down, not drawn."""
    for one in SPECIMENS:
        service = one.service
        if service is None:
            continue
        rows["service_record"].append(
            line(
                one.person, one.national_number, one.given_name, one.family_name, one.father_name, one.mother_name,
                one.latin_given, one.latin_family, one.latin_father, one.latin_mother, one.birthplace,
                one.latin_birthplace, one.born.isoformat(), service.branch,
                service.record_number, str(one.born.year), service.status, "t" if service.born_abroad else "f",
                service.recorded_on.isoformat(), one.born_precision,
            )
        )  # fmt: skip
        rows["residence_abroad"] += [
            line(
                one.person, stay.country, stay.from_on.isoformat(), stay.until_on.isoformat() if stay.until_on else None
            )
            for stay in service.residences
        ]
