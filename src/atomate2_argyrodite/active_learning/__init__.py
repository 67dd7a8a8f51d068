"""Stage `active_learning`."""
