"""What the queue of the desk shows. The choice stays for the browser until another one is made."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.gateway.web.current import settings
from shared.catalogue import CATALOGUE
from shared.values.digits import ascii_digits

# In the order an officer works: what is theirs to do, what waits for others, what is closed.
STATUSES = (
    "exceptions",
    "in_review",
    "awaiting_payment",
    "with_authority",
    "ready",
    "returned",
    "collected",
    "refused",
    "withdrawn",
    "lapsed",
    "cancelled",
)
# A pasted address or line of an e-mail holds a reference too.
LONGEST_SEARCH = 300
COOKIE, COOKIE_SECONDS = "desk_queue", 12 * 3600
NAMES = ("status", "transaction", "mine", "page", "q", "all")


@dataclass(frozen=True)
class Filters:
    """A choice of the queue's rows. What was searched for is no part of what stays: it may be a name."""

    status: str | None = None
    transaction: str | None = None
    mine: bool = False
    page: int = 1
    sought: str = ""

    def address(self, **other: Any) -> dict[str, Any]:
        """The arguments of the page with these filters, or with others instead."""
        chosen: dict[str, Any] = {
            "status": self.status,
            "transaction": self.transaction,
            "mine": "yes" if self.mine else None,
            "q": self.sought or None,
            **other,
        }
        found = {name: value for name, value in chosen.items() if value}
        return found or {"all": "yes"}

    @property
    def question(self) -> dict[str, str | int | None]:
        """As the service is asked."""
        mine = "yes" if self.mine else None
        return {"status": self.status, "transaction": self.transaction, "mine": mine, "q": self.sought or None}


def from_address() -> Filters:
    """The filters in the address; without any, those of the cookie."""
    if any(name in request.args for name in NAMES):
        return _read(request.args)
    return from_cookie()


def from_cookie() -> Filters:
    """The filters that were chosen last, always from the first page."""
    kept: MultiDict[str, str] = MultiDict(parse_qsl(request.cookies.get(COOKIE, "")[:LONGEST_SEARCH]))
    return replace(_read(kept), page=1, sought="")


def keep(answer: Response, filters: Filters) -> Response:
    """Stores the filters in a cookie until the evening."""
    kept = urlencode({name: value for name, value in filters.address(q=None).items() if name != "all"})
    secure = settings().secure
    answer.set_cookie(COOKIE, kept, COOKIE_SECONDS, path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


def _read(values: "MultiDict[str, str]") -> Filters:
    status, slug = values.get("status", ""), values.get("transaction", "")
    page = ascii_digits(values.get("page", ""))
    return Filters(
        status=status if status in STATUSES else None,
        transaction=slug if slug in CATALOGUE else None,
        mine=bool(values.get("mine")),
        page=int(page) if re.fullmatch("[1-9][0-9]{0,5}", page, re.ASCII) else 1,
        sought=values.get("q", "").strip()[:LONGEST_SEARCH],
    )
