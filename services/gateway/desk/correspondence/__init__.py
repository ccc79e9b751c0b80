"""What the desk reads and answers: letters of ministries, inquiries."""
