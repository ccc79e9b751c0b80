"""What only the demo needs: a fictional population, accounts, the sandbox, and scenarios played through the pages."""
