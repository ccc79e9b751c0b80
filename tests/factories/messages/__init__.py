"""What tests of messages share."""
