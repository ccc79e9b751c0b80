"""Card providers that others wrote, each a process of its own on the loopback, for the contract suite alone."""
