"""The HTTP interface of inquiries: for those who ask, and for the mission that answers."""
