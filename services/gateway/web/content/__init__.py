"""What several pages show of transactions, missions, notices and issuers."""
