"""Tests of metrics, forecasts and what is found in a company."""
