"""Passports and the applications for them: looked into, printed, made urgent, collected."""
