"""Who may open a page: the table of routes, and the checks before the page's own code runs."""
