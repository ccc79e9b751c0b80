"""What follows a form: the page it leads to, or its own page again with what was refused."""

from collections.abc import Callable

from flask import redirect
from werkzeug.wrappers import Response

from shared.errors import NotAllowed, NotFound, Refusal, Unavailable


def submit(
    act: Callable[[], object], show_again: Callable[[Refusal], str], next_page: str
) -> Response | tuple[str, int]:
    """Does what a form asks, then leads to the next page. After a refusal the page is shown again, with its status.

    Raises NotFound, NotAllowed and Unavailable: they have pages of their own.
    """
    try:
        act()
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return show_again(refusal), refusal.status
    return redirect(next_page, 303)
