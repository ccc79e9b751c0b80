"""What `make check` looks at, one question a module, by subject; each answers with its complaints."""
