"""Long looks at an incident, one file a kind: what may be asked, how it is looked, and how it is told.

A command and an errand of the service ask the same, and differ in where they stand.
"""
