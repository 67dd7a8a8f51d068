"""What no engine should be asked to label."""

from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures.geometry import shortest_distance


def overlap(configuration: LabelledConfiguration, minimum_distance: float) -> str | None:
    """Return which distance (Å) is too short, in one phrase; None if none is."""
    shortest = shortest_distance(configuration.positions, configuration.cell, minimum_distance)
    if shortest >= minimum_distance:
        return None
    return f"two atoms are {shortest:.2f} Å apart, closer than {minimum_distance:g} Å"
