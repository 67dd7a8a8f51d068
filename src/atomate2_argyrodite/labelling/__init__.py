"""Stage `labelling`."""
