"""What tests run in: servers beside the platform, containers, a browser, and a count of statements."""
