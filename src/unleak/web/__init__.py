"""The service: hooks for senders, an API for people and programs. It writes the record; the loop does the rest."""
