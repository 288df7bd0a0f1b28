"""Where bytes come from: a place → blobs with their provenance."""
