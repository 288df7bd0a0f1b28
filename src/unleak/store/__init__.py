"""The record: entries, evidence and who is working on what."""
