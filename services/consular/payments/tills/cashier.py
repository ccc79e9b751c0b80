"""The cashier's name on papers."""

from shared.identity.actor import Actor


def cashier(actor: Actor) -> dict[str, str]:
    """The cashier's name as their account has it; an account without a name leaves its place for the hand."""
    return {"ar": actor.name_ar or actor.name_latin or "", "en": actor.name_latin or ""}
