"""The nouns: frozen, typed, standard library only."""
