"""The statements that every message passes through, built once: building them costs as much as running them.

Parameters are called the_sender and so on, lest they be taken for the columns of those names.
"""

from sqlalchemy import (
    Boolean,
    Integer,
    Interval,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.messaging.inbox import inbox, inbox_place

_consumer, _message = bindparam("the_consumer", type_=Text()), bindparam("the_message", type_=Uuid(as_uuid=False))
_sender, _about = bindparam("the_sender", type_=Text()), bindparam("the_about", type_=Text())
_sequence = bindparam("the_sequence", type_=Integer())
_is_position = (
    (inbox_place.c.consumer == _consumer) & (inbox_place.c.sender == _sender) & (inbox_place.c.about == _about)
)
_applied = func.coalesce(select(inbox_place.c.applied).where(_is_position).scalar_subquery(), 0)
_is_next = _sequence == _applied + 1
_message_values = {
    "consumer": _consumer,
    "message": _message,
    "sender": _sender,
    "about": _about,
    "sequence": _sequence,
    "type": bindparam("the_type", type_=Text()),
}

# A message seen for the first time, and its first attempt if that follows at once. Gives attempts; no row when known.
REGISTER = (
    upsert(inbox)
    .values(
        **_message_values,
        raw=bindparam("the_raw", type_=LargeBinary()),
        state=case((_sequence <= _applied, "ignored"), else_="open"),
        attempts=case((_is_next, 1), else_=0),
        next_attempt=case((_is_next, func.now() + bindparam("the_wait", type_=Interval())), else_=func.now()),
    )
    .on_conflict_do_nothing()
    .returning(inbox.c.attempts)
)
# One that is truly signed and cannot be read. Gives a row unless it is known.
REGISTER_PARKED = (
    upsert(inbox)
    .values(**_message_values, state="parked", attempts=0, next_attempt=func.now())
    .on_conflict_do_nothing()
    .returning(inbox.c.attempts)
)

# The row of a place in the order is locked by whoever takes it: a rival waits here, then finds the place taken.
ADVANCE_TO_FIRST = (
    upsert(inbox_place)
    .values(consumer=_consumer, sender=_sender, about=_about, applied=1)
    .on_conflict_do_nothing()
    .returning(literal(1))
)
ADVANCE_TO_NEXT = (
    update(inbox_place)
    .where(_is_position, inbox_place.c.applied == _sequence - 1)
    .values(applied=_sequence)
    .returning(literal(1))
)

_next = inbox.alias("after")
_follower = select(_next.c.message).where(
    _next.c.consumer == _consumer,
    _next.c.sender == _sender,
    _next.c.about == _about,
    _next.c.sequence == _sequence + 1,
    _next.c.state.in_(("open", "discarded")),
    _next.c.applied.is_(None),
)
# Done with, applied or ignored. Gives the message that has been waiting for this one, if any.
FINISH = (
    update(inbox)
    .where(inbox.c.consumer == _consumer, inbox.c.message == _message, inbox.c.applied.is_(None))
    .values(
        state=case(
            (~bindparam("the_in_turn", type_=Boolean()), "ignored"),
            (inbox.c.state == "open", "applied"),
            else_=inbox.c.state,
        ),
        applied=func.now(),
        raw=None,
    )
    .returning(_follower.limit(1).scalar_subquery())
)
