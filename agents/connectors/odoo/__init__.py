"""Odoo: the same books in a real ERP, reached over its remote interface."""
