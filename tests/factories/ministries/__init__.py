"""Ministries as tests know them."""
