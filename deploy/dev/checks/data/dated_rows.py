"""Is every version of every file of reference data dated?"""

from deploy.dev.checks import sources
from deploy.platform.database import reference_data

MEND = "python -m deploy.platform.database.reference_data"


def complaints() -> list[str]:
    undated = [sources.name(path) for path, _ in reference_data.undated()]
    return [f"{name} was changed and its version has no date; run: {MEND}" for name in undated]
