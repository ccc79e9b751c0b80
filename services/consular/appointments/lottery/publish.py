"""The published files of a draw: each is written once, and read by everybody."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.appointments.lottery.model import Draw, DrawFile
from shared.database.db import now
from shared.errors import NotFound


def publish(session: Session, draw: Draw, name: str, content: bytes) -> None:
    """Publishes a file of the draw, for good."""
    row = DrawFile(draw=draw.code, name=name, mission=draw.mission, content=content, published_at=now(session))
    session.add(row)
    session.flush()


def file_of(session: Session, draw: str, name: str) -> bytes:
    """A published file. Raises NotFound while it is not published."""
    content = session.scalar(select(DrawFile.content).where(DrawFile.draw == draw, DrawFile.name == name))
    if content is None:
        raise NotFound()
    return content


def names_of(session: Session, draw: str) -> list[str]:
    """The names of the files published so far."""
    return list(session.scalars(select(DrawFile.name).where(DrawFile.draw == draw).order_by(DrawFile.published_at)))
