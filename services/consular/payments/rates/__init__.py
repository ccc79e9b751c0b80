"""Exchange rates: dated rows with source and maximum age, the files they are read from, and the table of a day."""
