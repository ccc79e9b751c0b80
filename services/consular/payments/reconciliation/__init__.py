"""The daily comparison of the journal with the card provider and the bank; and the picture of the books."""
