"""Keys in bytes: detectors find candidates, pairing makes credentials of them, findings say where they are."""
