"""``python -m atomate2_argyrodite.cli``: the command line without its console script."""

from atomate2_argyrodite.cli.main import main

main()
