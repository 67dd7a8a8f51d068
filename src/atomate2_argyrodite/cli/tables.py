"""Tables that commands print."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.experiment import far_from_experiment
from atomate2_argyrodite.report.numbers import activation_energy, best_known, engine_name


def print_results(console: Console, records: CampaignRecords) -> None:
    """Print conductivity and activation energy of every configuration, and what is far off."""
    documents = records.conductivities
    if not documents:
        console.print("No conductivities yet.")
        return
    table = Table(title="Plain Nernst-Einstein conductivity, with 95 % intervals")
    for name in ("configuration", "σ(300 K) / mS cm⁻¹", "E_a / eV", "labels from"):
        table.add_column(name)
    for document in documents:
        table.add_row(
            escape(document.configuration or ""),
            escape(best_known(document)),
            activation_energy(document.arrhenius),
            escape(engine_name(records.potential)),
        )
    console.print(table)
    for text in far_from_experiment(records):
        console.print(f"Warning: {text}", style="yellow", markup=False, highlight=False)
