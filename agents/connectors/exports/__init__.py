"""The books as other programs take them in: DATEV, Xero, QuickBooks."""
