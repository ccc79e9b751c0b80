"""Taking money: in cash at the counter, or by card on a provider's page."""
