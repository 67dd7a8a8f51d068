"""Tables that commands print."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import activation_energy, engine_name, room_conductivity


def print_results(console: Console, records: CampaignRecords) -> None:
    """Print conductivity and activation energy of every configuration."""
    documents = records.conductivities
    if not documents:
        console.print("No conductivities yet.")
        return
    table = Table(title="Plain Nernst-Einstein conductivity, with 95 % intervals")
    for name in ("configuration", "σ(300 K) / mS cm⁻¹", "E_a / eV", "labels from"):
        table.add_column(name)
    for document in documents:
        fit = document.arrhenius
        sigma = room_conductivity(fit) if fit else document.arrhenius_reason or "no Arrhenius fit"
        table.add_row(
            escape(document.configuration or ""),
            escape(sigma),
            activation_energy(fit),
            escape(engine_name(records.potential)),
        )
    console.print(table)
