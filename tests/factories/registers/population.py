"""A generated population for tests of the registers."""

from deploy.demo.population.families import villages
from deploy.demo.population.people import Community


def community_of(people: int, seed: int) -> Community:
    """All villages as one community."""
    community = Community()
    for village in villages(people, seed):
        community.people += village.people
        community.households += village.households
        community.marriages += village.marriages
    return community
