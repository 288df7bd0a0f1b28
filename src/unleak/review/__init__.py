"""What stands in the accounts, what it costs, and what the attacker's credentials did to data."""
