"""What two signatures set off over many applications or bookings at once."""
