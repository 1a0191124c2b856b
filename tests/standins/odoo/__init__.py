"""An Odoo on this computer, after a record of a real 18.0 Community: it keeps books, and fails on demand."""
