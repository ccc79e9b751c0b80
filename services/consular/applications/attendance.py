"""Whether the person of an application must come to the mission in person before an officer can accept it."""

from services.consular.applications.model import Application
from shared import forms


def visit_service(application: Application) -> str | None:
    """The service that receives the applicant; None where nobody has to come, as at an office inside Syria."""
    return None if application.office else forms.transaction(application.transaction).appointment
