"""What a service says when it will not do what was asked: a code, never a sentence."""

import errno
from collections.abc import Mapping

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Refusal(Exception):
    """A request that is understood and not granted; `code` is a key of the translations (`refusal.<code>`)."""

    status = 422

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def errors(self) -> dict[str, str]:
        """Codes by field, when the fault lies in fields."""
        return {}


class ServiceFailed(Exception):
    """A service failed at what was asked of it. This is no Refusal: nothing that anybody typed is at fault."""


class NotFound(Refusal):
    """There is no such thing, or it is not yours: both get the same answer."""

    status = 404

    def __init__(self, code: str = "not_found", **params: object) -> None:
        super().__init__(code, **params)


class NotAllowed(Refusal):
    """The actor's role does not include this action."""

    status = 403

    def __init__(self, code: str = "not_allowed", **params: object) -> None:
        super().__init__(code, **params)


class Conflict(Refusal):
    """Somebody was faster, or the same key came with another content."""

    status = 409


class Unavailable(Refusal):
    """A part of the platform does not answer; nothing was changed. Worth another try after so many seconds."""

    status, retry_after = 503, 5


def disk_full(error: OSError) -> Unavailable | None:
    """The refusal for a file that could not be written because no room is left; None for any other fault."""
    return Unavailable("disk_full") if error.errno in NO_ROOM else None


class Invalid(Refusal):
    """Fields are missing or malformed; each has its own code."""

    def __init__(
        self, code: str = "invalid", field: str | None = None, errors: Mapping[str, str] | None = None, **params: object
    ) -> None:
        super().__init__(code, **params)
        self._errors = dict(errors or ({field: code} if field else {}))

    @property
    def errors(self) -> dict[str, str]:
        """Codes by field."""
        return self._errors


class TooLarge(Invalid):
    """A file is larger than may be sent, or unfolds to more than can be handled."""

    status = 413


class WrongKind(Invalid):
    """A file is of a kind that is not taken here."""

    status = 415


INVALID_BY_STATUS: dict[int, type[Invalid]] = {413: TooLarge, 415: WrongKind}
BY_STATUS: dict[int, type[Refusal]] = {403: NotAllowed, 404: NotFound, 409: Conflict, 503: Unavailable}


def problem(refusal: Refusal) -> dict[str, object]:
    """The body of application/problem+json (RFC 9457)."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": refusal.code,
        "status": refusal.status,
        "code": refusal.code,
        "params": refusal.params,
    }
    if refusal.errors:
        body["errors"] = refusal.errors
    return body


def from_problem(status: int, body: Mapping[str, object]) -> Refusal:
    """The refusal another service meant by its problem+json."""
    code = str(body.get("code") or "unexpected_answer")
    raw = body.get("params")
    params = {str(k): v for k, v in raw.items()} if isinstance(raw, Mapping) else {}
    errors = body.get("errors")
    if isinstance(errors, Mapping):
        invalid = INVALID_BY_STATUS.get(status, Invalid)
        return invalid(code, errors={str(k): str(v) for k, v in errors.items()}, **params)
    return BY_STATUS.get(status, Refusal)(code, **params)
