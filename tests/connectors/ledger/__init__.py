"""The embedded ledger: real files, read back by stock beancount."""
