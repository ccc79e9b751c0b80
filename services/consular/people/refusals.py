"""Refusals about the person at the counter."""

from shared.errors import Refusal


class WrongPerson(Refusal):
    """The person at the counter is not the holder. The attempt gets an event of its own."""

    def __init__(self) -> None:
        super().__init__("wrong_person")
