"""Refusals about who stands at the counter."""

from shared.errors import Refusal


class WrongPerson(Refusal):
    """The person at the counter is not the holder. The attempt is worth a record of its own."""

    def __init__(self) -> None:
        super().__init__("wrong_person")
