"""What tests of the two registers share."""
