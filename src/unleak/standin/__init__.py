"""An embedded AWS that tells the truth: moto's engine behind our own gate.

It verifies signatures, honours key status and sessions, decides every call by `iam.evaluate`, records a trail, and has
the two dials that AWS has and no emulator offers: propagation lag, and a clock that can be moved.
"""
