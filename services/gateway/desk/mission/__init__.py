"""The mission itself: proposals of two signatures, figures, parked messages."""
