"""The embedded books: beancount files in the vault."""
