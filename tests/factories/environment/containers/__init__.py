"""Plays the files of docker compose without a container engine: each service as processes in namespaces of its own."""
