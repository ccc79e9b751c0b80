"""An application as its applicant sees it."""
