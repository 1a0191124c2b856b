"""The books as other programs take them in."""
