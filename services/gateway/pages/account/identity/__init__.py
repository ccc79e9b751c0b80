"""Who the owner of an account is, and how that is proven."""
