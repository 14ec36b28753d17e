"""Fetch your bills from the sites that only give them to a browser."""
