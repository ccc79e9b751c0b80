"""Backup and restore: copies of the database and of the uploads in one folder, the keys in a file elsewhere."""
