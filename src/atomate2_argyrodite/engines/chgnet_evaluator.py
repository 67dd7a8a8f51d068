"""CHGNet (Deng et al., Nature Machine Intelligence 5, 1031, 2023) by a shorter way than its own.

Its ASE calculator builds the crystal graph in Python, prepares for second derivatives and
differentiates twice, for forces and for stress. Here the crystal graph is built by array
operations (1 ms) and one backward pass gives both: 55 ms of CPU time per frame of 52 atoms instead
of 115, 18 frames per second and core instead of 9, with the same numbers. More than half of that is
matrix products. Several graphs at once change it by 5 % at most (two: 52 ms, eight: 61 ms, whose
arrays leave the cache), so frames are evaluated one by one: a bad one takes down no other. All of
this was measured in one run of ``tests/benchmarks/foundation_labels.py``.
"""

import contextlib
import functools
import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.evaluators import Labels

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MODEL_NAME = "0.3.0"


@functools.cache
def load_model() -> Any:
    """Load CHGNet once per process, on one thread: more are slow on a busy machine."""
    import torch
    from chgnet.model import CHGNet

    torch.set_num_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):
        model = CHGNet.load(model_name=MODEL_NAME, use_device="cpu", verbose=False)
    model.requires_grad_(requires_grad=False)
    model.eval()
    return model


def directed_edges(
    positions: FloatArray, cell: FloatArray, cutoff: float
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return centre, neighbour, image (E, 3) and length in Å of all pairs within `cutoff`."""
    from pymatgen.optimization.neighbors import find_points_in_spheres

    points = np.ascontiguousarray(positions, dtype=np.float64)
    center, neighbor, image, distance = find_points_in_spheres(
        points,
        points,
        r=float(cutoff),
        pbc=np.ones(3, dtype=np.int64),
        lattice=np.ascontiguousarray(cell, dtype=np.float64),
        tol=1e-8,
    )
    image = np.rint(image).astype(np.int64)
    keep = (center != neighbor) | image.any(axis=1)
    return center[keep], neighbor[keep], image[keep], distance[keep]


def pair_edges(
    center: IntArray, neighbor: IntArray, image: IntArray
) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Match every directed edge (i, j, image) with its reverse (j, i, -image).

    Returns
    -------
    tuple
        Undirected index of each directed edge that is kept, first directed edge (among those kept)
        of each undirected one, and the mask of directed edges that are kept. An edge whose reverse
        is missing (its length equals the cutoff within rounding) is dropped: it weighs nothing.
    """
    shifted = image - image.min(initial=0)
    reverse_shifted = -image - image.min(initial=0)
    base = int(max(shifted.max(initial=0), reverse_shifted.max(initial=0))) + 1
    n_atoms = int(max(center.max(initial=0), neighbor.max(initial=0))) + 1

    def key(i: IntArray, j: IntArray, shift: IntArray) -> IntArray:
        return ((i * n_atoms + j) * base + shift[:, 0]) * base**2 + shift[:, 1] * base + shift[:, 2]

    forward, backward = key(center, neighbor, shifted), key(neighbor, center, reverse_shifted)
    canonical = np.minimum(forward, backward)
    _, inverse, counts = np.unique(canonical, return_inverse=True, return_counts=True)
    kept = counts[inverse] == 2  # an edge and its reverse
    _, first, undirected = np.unique(canonical[kept], return_index=True, return_inverse=True)
    return undirected, first, kept


def angle_pairs(center: IntArray, is_short: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Return all ordered pairs of different short directed edges that leave the same atom."""
    edges = np.flatnonzero(is_short)
    edges = edges[np.argsort(center[edges], kind="stable")]
    _, start, counts = np.unique(center[edges], return_index=True, return_counts=True)
    repeats = np.repeat(counts, counts)
    first = np.repeat(np.arange(len(edges)), repeats)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    second = np.repeat(np.repeat(start, counts), repeats) + offset
    different = first != second
    return edges[first[different]], edges[second[different]]


def crystal_graph(numbers: IntArray, positions: FloatArray, cell: FloatArray) -> Any:
    """Build the graph that ``CrystalGraphConverter`` builds, by array operations.

    Raises
    ------
    ValueError
        If an atom has no neighbour: CHGNet's energy would mean nothing.
    """
    import torch
    from chgnet.graph.crystalgraph import CrystalGraph

    converter = load_model().graph_converter
    center, neighbor, image, distance = directed_edges(positions, cell, converter.atom_graph_cutoff)
    undirected, first, kept = pair_edges(center, neighbor, image)
    center, neighbor, image, distance = center[kept], neighbor[kept], image[kept], distance[kept]
    isolated = len(numbers) - len(np.unique(center))
    if isolated:
        raise ValueError(
            f"{isolated} atoms have no neighbour within {converter.atom_graph_cutoff} Å"
        )
    one, two = angle_pairs(center, distance < converter.bond_graph_cutoff)
    angles = np.stack([center[one], undirected[one], one, undirected[two], two], axis=1)

    def integers(array: IntArray) -> Any:
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int32))

    def reals(array: NDArray[Any], *, differentiate: bool = False) -> Any:
        tensor = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
        return tensor.requires_grad_(differentiate)

    return CrystalGraph(
        atomic_number=integers(numbers),
        atom_frac_coord=reals(positions @ np.linalg.inv(cell), differentiate=True),
        atom_graph=integers(np.stack([center, neighbor], axis=1)),
        atom_graph_cutoff=converter.atom_graph_cutoff,
        neighbor_image=reals(image),
        directed2undirected=integers(undirected),
        undirected2directed=integers(first),
        bond_graph=integers(angles),
        bond_graph_cutoff=converter.bond_graph_cutoff,
        lattice=reals(cell, differentiate=True),
    )


def evaluate_chgnet(numbers: IntArray, positions: FloatArray, cell: FloatArray) -> Labels:
    """Return CHGNet's energy, forces and stress of one configuration.

    With fractional coordinates s and lattice rows L, the positions are x = s L. Then
    F = -(dE/ds) L^-T and, since a strain e turns L into L (1 + e), the stress is L^T (dE/dL) / V.
    """
    import torch

    model = load_model()
    graph = crystal_graph(numbers, positions, cell)
    with warnings.catch_warnings():  # CHGNet reads the volume off a tensor that has a gradient
        warnings.simplefilter("ignore", UserWarning)
        per_atom = model([graph], task="e")["e"]
    energy = per_atom.sum() * (len(numbers) if model.is_intensive else 1)
    gradients = torch.autograd.grad(energy, [graph.atom_frac_coord, graph.lattice])
    d_fractional, d_lattice = (np.asarray(gradient, dtype=np.float64) for gradient in gradients)
    stress = cell.T @ d_lattice / abs(np.linalg.det(cell))
    return Labels(
        energy=float(energy),
        forces=-d_fractional @ np.linalg.inv(cell).T,
        stress=(stress + stress.T) / 2,
    )
