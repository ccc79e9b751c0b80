"""The addresses of pages: for search engines, for forms, and the links on every page."""
