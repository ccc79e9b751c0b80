"""Letters to ministries, as they belong to an application."""
