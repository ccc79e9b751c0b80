"""Is every version of every file of reference data dated?"""

from deploy import reference_data
from deploy.checks import sources

MEND = "python -m deploy.reference_data"


def complaints() -> list[str]:
    undated = [sources.name(path) for path, _ in reference_data.undated()]
    return [f"{name} was changed and its version has no date; run: {MEND}" for name in undated]
