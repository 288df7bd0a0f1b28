"""Sigma rules, which name what the attacker's calls mean: `rules.load`, then `match.matches`."""
