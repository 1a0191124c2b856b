"""Webhook: what programs send to this computer, signed. It reads only; nothing is performed here."""
