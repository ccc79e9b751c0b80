"""What an outcome does at each step of an application; `fulfilment` is the table that joins them."""
