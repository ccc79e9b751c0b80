"""The rules of counting cash: only coins and notes that exist, in whole pieces."""

from collections.abc import Collection, Mapping

from shared.values.money import Money

OPEN, CLOSED = "open", "closed"
MAX_PIECES = 100_000


class NoSuchPiece(ValueError):
    """A coin or note that its currency does not have, or a number of pieces that nobody counts."""

    def __init__(self, piece: str) -> None:
        super().__init__(piece)
        self.piece = piece


def count(currency: str, pieces: Mapping[str, int], denominations: Collection[int]) -> Money:
    """The sum of the pieces, by their value in minor units. Raises NoSuchPiece."""
    amount = 0
    for piece, number in pieces.items():
        is_number = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MAX_PIECES
        value = int(piece) if piece.isascii() and piece.isdecimal() and len(piece) < 16 else 0
        if not is_number or value not in denominations:
            raise NoSuchPiece(piece)
        amount += value * number
    return Money(amount, currency)
