"""How accounts are opened, by their owner or for staff, and disabled."""
