"""What this is, what it keeps of people, and whom it can be used by."""

from flask import Blueprint, render_template

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def show() -> str:
    """Who stands behind the platform, and who does not."""
    return render_template(
        "pages/services/text.html", room="about", parts=("unofficial", "specimen", "sources", "counts")
    )


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept, why, how long and who sees it."""
    return render_template(
        "pages/services/text.html", room="privacy", parts=("kept", "seen", "address", "length", "rights")
    )


@blueprint.get("/accessibility")
def accessibility() -> str:
    """How the pages can be used, and what still fails."""
    return render_template("pages/services/text.html", room="accessibility", parts=("ways", "limits"))
