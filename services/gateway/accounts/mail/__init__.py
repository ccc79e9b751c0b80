"""E-mail that goes out: queued with its cause in one commit, sent later, tried again, and owned when it comes back."""
