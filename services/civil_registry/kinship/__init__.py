"""Who is related to whom by the register, and whom an applicant acts for."""
