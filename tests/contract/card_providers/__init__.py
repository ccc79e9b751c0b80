"""One contract for every adapter to a card provider, and every double that stands in for one."""
