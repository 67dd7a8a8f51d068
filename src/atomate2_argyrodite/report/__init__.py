"""The report: figures and one self-contained HTML page, from documents alone."""

from atomate2_argyrodite.report.write import write_report

__all__ = ["write_report"]
