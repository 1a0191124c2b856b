"""Odoo, by a stand-in after a record of a real server."""
