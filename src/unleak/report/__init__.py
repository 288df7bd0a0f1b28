"""The incident, told: one file a format, all of the same story."""
