"""Stage `conductivity`."""
