"""Clients of the consular service, one per subject. No other folder knows the service's addresses."""

from dataclasses import dataclass

from services.gateway.clients.consular.applications.applications import Applications
from services.gateway.clients.consular.applications.bookings import Bookings
from services.gateway.clients.consular.applications.cases import Cases
from services.gateway.clients.consular.applications.documents import Documents
from services.gateway.clients.consular.applications.pending_proofs import PendingProofs
from services.gateway.clients.consular.appointments.appointments import Appointments
from services.gateway.clients.consular.appointments.draws import Draws
from services.gateway.clients.consular.appointments.hall import Hall
from services.gateway.clients.consular.correspondence.inquiries import Inquiries
from services.gateway.clients.consular.correspondence.letters import Letters
from services.gateway.clients.consular.correspondence.notices import Notices
from services.gateway.clients.consular.mission.approvals import Approvals
from services.gateway.clients.consular.mission.booklets import Booklets
from services.gateway.clients.consular.mission.figures import Figures
from services.gateway.clients.consular.mission.offers import Offers
from services.gateway.clients.consular.mission.parked import Parked
from services.gateway.clients.consular.money.bank import Bank
from services.gateway.clients.consular.money.ledger import Ledger
from services.gateway.clients.consular.money.payer_links import PayerLinks
from services.gateway.clients.consular.money.payments import Payments
from services.gateway.clients.consular.money.refunds import Refunds
from services.gateway.clients.consular.money.tills import Tills
from services.gateway.clients.consular.people.identity_checks import IdentityChecks
from services.gateway.clients.consular.people.mandates import Mandates
from services.gateway.clients.http import Client
from shared.identity.actor import ANONYMOUS


@dataclass(frozen=True)
class Consular:
    """The consular service by subject."""

    client: Client
    applications: Applications
    appointments: Appointments
    approvals: Approvals
    bank: Bank
    booklets: Booklets
    bookings: Bookings
    cases: Cases
    documents: Documents
    draws: Draws
    figures: Figures
    hall: Hall
    identity_checks: IdentityChecks
    inquiries: Inquiries
    ledger: Ledger
    letters: Letters
    mandates: Mandates
    notices: Notices
    offers: Offers
    parked: Parked
    payer_links: PayerLinks
    payments: Payments
    pending_proofs: PendingProofs
    refunds: Refunds
    tills: Tills

    @classmethod
    def through(cls, client: Client) -> "Consular":
        """All subjects through one client."""
        return cls(
            client,
            Applications(client),
            Appointments(client),
            Approvals(client),
            Bank(client),
            Booklets(client),
            Bookings(client),
            Cases(client),
            Documents(client),
            Draws(client),
            Figures(client),
            Hall(client),
            IdentityChecks(client),
            Inquiries(client),
            Ledger(client),
            Letters(client),
            Mandates(client),
            Notices(client),
            Offers(client),
            Parked(client),
            PayerLinks(client),
            Payments(client),
            PendingProofs(client),
            Refunds(client),
            Tills(client),
        )

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)

    def forget(self) -> None:
        """Empties every cache."""
        self.offers.forget()
        self.notices.forget()
