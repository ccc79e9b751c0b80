"""Inquiries: a question to the mission with an owner, a day by which it is answered, and a way to object."""
