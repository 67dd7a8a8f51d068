"""Stage `campaign`."""
