"""The report: figures and one self-contained HTML page, from documents alone."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.report.write import write_report

__all__ = ["write_report"]

__getattr__ = lazy_names(
    __name__,
    {
        "write_report": "write",
    },
)
