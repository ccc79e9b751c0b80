"""Who is who, for the table of pages: roles and the groups of them that open pages together."""

from collections.abc import Set

from services.gateway.accounts.levels import EVERY, MAY
from shared.identity.actor import OFFICER_ROLES

ANONYMOUS = "anonymous"
# Staff who have not shown a second factor: they may add one, and do nothing else.
ENROLLING = "enrolling"
ANYONE: Set[str] = frozenset({ANONYMOUS, ENROLLING, *EVERY, *OFFICER_ROLES})
SECURING: Set[str] = ANYONE - {ANONYMOUS}
SIGNED_IN: Set[str] = SECURING - {ENROLLING}
# Pages of expatriates open by the table of levels.
PERSONS, DRAFTING, IDENTIFYING = MAY["apply"], MAY["draft"], MAY["see_identity"]
MISSION_STAFF: Set[str] = frozenset(OFFICER_ROLES - {"administrator", "registrar"})
READING: Set[str] = MISSION_STAFF - {"cashier"}
REGISTRARS: Set[str] = frozenset({"registrar"})
TAKING_MONEY: Set[str] = frozenset({"cashier", "head_of_mission"})
DECIDING: Set[str] = frozenset({"officer", "head_of_mission"})
PROPOSING: Set[str] = frozenset({"head_of_mission", "administrator"})
BANKING: Set[str] = frozenset({"cashier", *DECIDING})
