"""What follows a form that was sent: the next page, or its own page again with what was typed."""
