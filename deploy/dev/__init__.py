"""What developers need: the runner on one machine, embedded servers, checks and generated pages."""
