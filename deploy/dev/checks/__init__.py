"""What `make check` looks at, one question a module; each answers with its complaints."""
