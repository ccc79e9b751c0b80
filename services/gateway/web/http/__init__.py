"""The ends of a request: its address and body, and how files and pages are sent."""
