"""Whose an account is: declared, proven, doubted, decided by two officers."""
