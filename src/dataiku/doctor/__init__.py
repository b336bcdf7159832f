"""See `dataiku.doctor.deep_learning`."""
