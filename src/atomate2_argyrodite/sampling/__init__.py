"""Stage `sampling`."""
