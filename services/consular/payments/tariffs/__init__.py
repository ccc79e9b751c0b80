"""What a transaction costs at a mission, and whether it is offered: dated fees, rates and statuses."""
