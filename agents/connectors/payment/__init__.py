"""Payments of bills, as files for the owner's bank."""
