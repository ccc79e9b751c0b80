"""Whether the person of a passport page is the one of a photo: looked at by an officer, by no machine."""
