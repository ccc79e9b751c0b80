"""The second factors of an account."""
