"""A request whose texts can be kept: the character NUL, which no keyboard has and no column takes, is left out."""

from functools import cached_property

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

NUL = "\0"


class TextRequest(Request):
    """As Flask's, without NUL in what was typed and in what the address says to its page."""

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """What the address says to the page."""
        return _without_nul(super().args)

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """What was typed."""
        return _without_nul(super().form)


def _without_nul(typed: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    pairs = list(typed.items(multi=True))
    if not any(NUL in name or NUL in text for name, text in pairs):
        return ImmutableMultiDict(typed)
    return ImmutableMultiDict([(name.replace(NUL, ""), text.replace(NUL, "")) for name, text in pairs])
