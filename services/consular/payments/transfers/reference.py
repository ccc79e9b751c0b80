"""The payer's reference: the application's own, with the check digits of ISO 11649 in front, found in any text."""

import re

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from shared.values import references
from shared.values.digits import ascii_signs

_LENGTH = references.MISSION_LENGTH + references.APPLICATION_LENGTH + 1
# Overlapping, so that a false beginning hides no true one.
_CANDIDATE = re.compile(rf"(?=(RF[0-9]{{2}}[A-Z]{{{references.MISSION_LENGTH}}}[{references.ALPHABET}]{{11}}))")
_NOT_SIGNS = re.compile("[^A-Z0-9]")
# As long as a remittance text may be; what follows is no reference that a payer wrote.
_LONGEST = 4_000


def payer_reference(application: str) -> str:
    """The reference of an application as banks take it, for example RF18 RUH7 K3MQ 9XFP AD."""
    signs = references.plain(application)
    return str(iso11649.format(f"RF{mod_97_10.calc_check_digits(signs + 'RF')}{signs}"))


def find_applications(text: str) -> list[str]:
    """The references of applications in a text, once each: in any case, digits, grouping and line breaks.

    Both the check digits and the application's own check character must fit.
    """
    signs = _NOT_SIGNS.sub("", ascii_signs(text[:_LONGEST]).upper())
    candidates = (_application(found[1]) for found in _CANDIDATE.finditer(signs) if iso11649.is_valid(found[1]))
    return list(dict.fromkeys(one for one in candidates if references.is_valid(one)))


# Marks of a mission's own things: refunds, files of refunds, deposits.
REFUND_MARK, FILE_MARK, DEPOSIT_MARK = "F", "B", "G"


def find_references(text: str, mission: str, mark: str) -> list[str]:
    """References of a mission's own things of one kind in a text, once each: of refunds, files of refunds, deposits."""
    signs = _NOT_SIGNS.sub("", ascii_signs(text[:_LONGEST]).upper())
    pattern = rf"(?=({mission}{mark}[{references.ALPHABET}]{{{references.APPLICATION_LENGTH}}}))"
    found = (_dashed(one[1]) for one in re.finditer(pattern, signs))
    return list(dict.fromkeys(one for one in found if references.is_valid(one)))


def _application(candidate: str) -> str:
    return _dashed(candidate[4:])


def _dashed(plain: str) -> str:
    mission, signs = plain[: references.MISSION_LENGTH], plain[references.MISSION_LENGTH :]
    return "-".join([mission, signs[:5], signs[5:10], signs[10:]])
