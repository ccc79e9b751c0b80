"""The claim of a booking that an older platform took."""
