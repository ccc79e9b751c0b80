"""What the laws of conscription say, as arithmetic that shows its working: no clock, no database, no words."""
