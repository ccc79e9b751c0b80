"""What the reference pages say beside the code: kinds of questions, and columns of reference data."""
