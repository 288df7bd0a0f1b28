"""`unleak --server URL …`: the same commands, carried out by a service, in the name of a token."""
