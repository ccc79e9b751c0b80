"""The adapter to the card provider: the Stripe API through its official client, with a hosted page."""
