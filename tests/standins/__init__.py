"""Servers and services that stand in for real ones, real and local."""
