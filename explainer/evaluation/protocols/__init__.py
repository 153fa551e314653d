"""Protocols: tests of methods, one sentence at a time, under one signature and in one table."""
