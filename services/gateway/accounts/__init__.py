"""Who you are: accounts, sessions and the throttle of tries. The only part of the gateway that touches a database."""

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from services.gateway.accounts.sessions import Visitor

# What PostgreSQL raises when it cannot be reached or is overloaded.
UNREACHABLE = (OperationalError, InterfaceError, TimeoutError)

__all__ = ["UNREACHABLE", "Visitor"]
