"""Signing in: password or passkey, the second step, and a fresh proof."""
