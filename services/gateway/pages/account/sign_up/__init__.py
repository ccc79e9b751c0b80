"""Opening an account, by oneself or by an invitation."""
