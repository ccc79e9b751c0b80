"""What tests of the database compare."""
