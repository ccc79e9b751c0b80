"""Adapters to providers of payments: the only part of the mission that calls one."""
