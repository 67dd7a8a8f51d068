"""Contraction tables of moment tensor potentials of any level, generated from the definition.

A moment ``M_{mu,nu}`` is a tensor of rank nu and has the level ``2 + 4 mu + nu`` (Shapeev 2016;
Novikov et al. 2021, eq. 4). The basis of level L holds every full contraction of products of at
most four moments whose levels sum to at most L: 1, 2, 5, 9, 16, 29, 52, 92, 163, 288 functions for
L = 2, 4, ... 20. Such a contraction is a multigraph: one node for each moment, one edge for each
pair of contracted indices. Edges from a node to itself are left out: the trace of a moment of unit
vectors is a moment of lower rank.

The tables evaluate all contractions by products of two earlier moments. A partial contraction with
fixed Cartesian indices is again a graph, whose nodes carry the exponents (a, b, c) of their fixed
indices; equal graphs are evaluated once.
"""

import functools
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from atomate2_argyrodite.errors import InputError

Exponents = tuple[int, int, int]
Node = tuple[int, Exponents]
Edges = tuple[tuple[int, int, int], ...]  # (node, node, multiplicity), node < node
Graph = tuple[tuple[Node, ...], Edges]

LOWEST_LEVEL = 2
HIGHEST_LEVEL = 28
# MLIP's tables stop at products of four moments; with this limit their sizes are reproduced
MAXIMUM_FACTORS = 4


@dataclass(frozen=True)
class ContractionTable:
    """What a potential file lists: basic moments, products and scalars.

    Parameters
    ----------
    level
        Level of the potential.
    basic
        Rows (mu, a, b, c) of the basic moments.
    times
        Rows (i, j, factor, k): moment k gets ``factor * M_i * M_j`` added.
    scalars
        Indices of the moments that are basis functions.
    moments_count
        Number of moments, basic and not.
    """

    level: int
    basic: tuple[tuple[int, int, int, int], ...]
    times: tuple[tuple[int, int, int, int], ...]
    scalars: tuple[int, ...]
    moments_count: int

    @property
    def radial_funcs_count(self) -> int:
        """Number of radial functions (largest mu + 1)."""
        return 1 + max(row[0] for row in self.basic)


@functools.cache
def contraction_table(level: int) -> ContractionTable:
    """Return the table of an even `level` between 2 and 28.

    Raises
    ------
    InputError
        If the level is odd or out of range.
    """
    if level % 2 or not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
        raise InputError(
            f"MTP level {level} is not available: choose an even level from {LOWEST_LEVEL} to "
            f"{HIGHEST_LEVEL}"
        )
    builder = _TableBuilder()
    graphs = sorted(_scalar_graphs(level), key=_evaluation_order)
    builder.add_basics(graphs)
    scalars = tuple(builder.moment(graph) for graph in graphs)
    return ContractionTable(
        level=level,
        basic=tuple((mu, *exponents) for mu, exponents in builder.basics),
        times=tuple(builder.times),
        scalars=scalars,
        moments_count=len(builder.index),
    )


def _evaluation_order(graph: Graph) -> tuple[int, int, Graph]:
    nodes, edges = graph
    level = sum(2 + 4 * mu for mu, _ in nodes) + 2 * sum(edge[2] for edge in edges)
    return len(nodes), level, graph


# --- enumeration of the basis ---


def _scalar_graphs(level: int) -> Iterator[Graph]:
    """All loopless multigraphs of total level up to `level`, each once."""
    connected = _connected_graphs(level)

    def extend(start: int, left: int, factors: int) -> Iterator[tuple[Graph, ...]]:
        for position in range(start, len(connected)):
            cost, graph = connected[position]
            if cost > left or len(graph[0]) > factors:
                continue
            yield (graph,)
            for rest in extend(position, left - cost, factors - len(graph[0])):
                yield (graph, *rest)

    for parts in extend(0, level, MAXIMUM_FACTORS):
        yield _canonical(*_disjoint_union(parts))


def _disjoint_union(parts: tuple[Graph, ...]) -> tuple[list[Node], list[tuple[int, int, int]]]:
    nodes: list[Node] = []
    edges: list[tuple[int, int, int]] = []
    for part_nodes, part_edges in parts:
        offset = len(nodes)
        nodes.extend(part_nodes)
        edges.extend((i + offset, j + offset, m) for i, j, m in part_edges)
    return nodes, edges


def _connected_graphs(level: int) -> list[tuple[int, Graph]]:
    """Return (level, graph) of all connected graphs up to `level`, single nodes included."""
    found: dict[Graph, int] = {}
    for mu in range((level - 2) // 4 + 1):
        found[((mu, (0, 0, 0)),), ()] = 2 + 4 * mu
    # n connected nodes have at least n - 1 edges: 2 n + 2 (n - 1) <= level
    for count in range(2, min(MAXIMUM_FACTORS, (level + 2) // 4) + 1):
        for labels in _node_multisets(count, level):
            cost = sum(2 + 4 * mu + rank for mu, rank in labels)
            nodes: list[Node] = [(mu, (0, 0, 0)) for mu, _ in labels]
            for edges in _degree_realisations([rank for _, rank in labels]):
                if len(_components(count, edges)) == 1:
                    found.setdefault(_canonical(nodes, edges), cost)
    return sorted(((cost, graph) for graph, cost in found.items()), key=lambda item: item)


def _node_multisets(count: int, level: int) -> Iterator[tuple[tuple[int, int], ...]]:
    labels = [
        (mu, rank) for mu in range((level - 3) // 4 + 1) for rank in range(1, level - 1 - 4 * mu)
    ]
    for chosen in itertools.combinations_with_replacement(labels, count):
        ranks = sum(rank for _, rank in chosen)
        fits = sum(2 + 4 * mu for mu, _ in chosen) + ranks <= level
        if fits and ranks % 2 == 0 and ranks >= 2 * (count - 1):
            yield chosen


def _degree_realisations(degrees: list[int]) -> Iterator[list[tuple[int, int, int]]]:
    """Loopless multigraphs with these degrees, as edge lists."""
    first = next((i for i, degree in enumerate(degrees) if degree), None)
    if first is None:
        yield []
        return
    others = range(first + 1, len(degrees))

    def assign(position: int, left: int) -> Iterator[list[int]]:
        if position == len(others):
            if left == 0:
                yield []
            return
        for m in range(min(left, degrees[others[position]]) + 1):
            for rest in assign(position + 1, left - m):
                yield [m, *rest]

    for counts in assign(0, degrees[first]):
        remaining = list(degrees)
        remaining[first] = 0
        for other, m in zip(others, counts, strict=True):
            remaining[other] -= m
        own = [(first, other, m) for other, m in zip(others, counts, strict=True) if m]
        for rest in _degree_realisations(remaining):
            yield own + rest


# --- graphs ---


def _components(count: int, edges: list[tuple[int, int, int]] | Edges) -> list[list[int]]:
    group = list(range(count))
    for i, j, _ in edges:
        old, new = group[j], group[i]
        group = [new if g == old else g for g in group]
    return [[i for i in range(count) if group[i] == g] for g in sorted(set(group))]


def _canonical(nodes: list[Node], edges: list[tuple[int, int, int]]) -> Graph:
    """Return the same form for all graphs that differ by the numbering of the nodes."""
    colours: list[tuple[object, ...]] = [(node,) for node in nodes]
    for _ in range(2):  # refine by the neighbours, so that few permutations remain
        colours = [
            (colours[i], tuple(sorted((m, colours[a + b - i]) for a, b, m in edges if i in (a, b))))
            for i in range(len(nodes))
        ]
    classes: dict[tuple[object, ...], list[int]] = {}
    for i in sorted(range(len(nodes)), key=lambda i: (nodes[i], repr(colours[i]))):
        classes.setdefault(colours[i], []).append(i)
    best: Edges | None = None
    for groups in itertools.product(*map(itertools.permutations, classes.values())):
        order = list(itertools.chain.from_iterable(groups))
        new = {old: position for position, old in enumerate(order)}
        candidate = tuple(
            sorted((min(new[i], new[j]), max(new[i], new[j]), m) for i, j, m in edges)
        )
        if best is None or candidate < best:
            best = candidate
        if not edges:
            break
    ordered = tuple(nodes[i] for i in itertools.chain.from_iterable(classes.values()))
    return ordered, best or ()


def _subgraph(graph: Graph, members: tuple[int, ...], extra: dict[int, Exponents]) -> Graph:
    nodes, edges = graph
    position = {old: new for new, old in enumerate(members)}
    new_nodes: list[Node] = []
    for old in members:
        mu, (a, b, c) = nodes[old]
        x, y, z = extra.get(old, (0, 0, 0))
        new_nodes.append((mu, (a + x, b + y, c + z)))
    inside = [(position[i], position[j], m) for i, j, m in edges if i in position and j in position]
    return _canonical(new_nodes, inside)


def _splits(graph: Graph) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Ways to part the nodes in two; only the natural one if the graph is not connected."""
    nodes, edges = graph
    count = len(nodes)
    components = _components(count, edges)
    if len(components) > 1:
        last = tuple(components[-1])
        yield tuple(i for i in range(count) if i not in last), last
        return
    for size in range(1, count):
        for chosen in itertools.combinations(range(1, count), size):
            yield tuple(i for i in range(count) if i not in chosen), chosen


def _cut(graph: Graph, left: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Edges between the parts, as (left node, right node, multiplicity)."""
    return [
        (i, j, m) if i in left else (j, i, m) for i, j, m in graph[1] if (i in left) != (j in left)
    ]


def _index_assignments(multiplicity: int) -> list[tuple[int, Exponents]]:
    """Return (multinomial factor, exponents) of `multiplicity` contracted indices."""
    assignments = []
    for a in range(multiplicity, -1, -1):
        for b in range(multiplicity - a, -1, -1):
            c = multiplicity - a - b
            factor = math.factorial(multiplicity) // (
                math.factorial(a) * math.factorial(b) * math.factorial(c)
            )
            assignments.append((factor, (a, b, c)))
    return assignments


def _terms(
    graph: Graph, left: tuple[int, ...], right: tuple[int, ...]
) -> Counter[tuple[Graph, Graph]]:
    """Products that a split needs, each with its factor."""
    cut = _cut(graph, left)
    terms: Counter[tuple[Graph, Graph]] = Counter()
    for choice in itertools.product(*(_index_assignments(m) for _, _, m in cut)):
        factor = 1
        extra: dict[int, Exponents] = {}
        for (i, j, _), (multinomial, exponents) in zip(cut, choice, strict=True):
            factor *= multinomial
            for node in (i, j):
                a, b, c = extra.get(node, (0, 0, 0))
                extra[node] = (a + exponents[0], b + exponents[1], c + exponents[2])
        pair = sorted((_subgraph(graph, left, extra), _subgraph(graph, right, extra)))
        terms[pair[0], pair[1]] += factor
    return terms


@dataclass
class _TableBuilder:
    """Moments in evaluation order, each found by its canonical graph."""

    index: dict[Graph, int] = field(default_factory=dict)
    basics: list[Node] = field(default_factory=list)
    times: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add_basics(self, graphs: list[Graph]) -> None:
        """Add every component of every moment tensor that occurs in `graphs`."""
        tensors = set()
        for nodes, edges in graphs:
            for i, (mu, _) in enumerate(nodes):
                tensors.add((mu, sum(m for a, b, m in edges if i in (a, b))))
        for mu, rank in sorted(tensors):
            for _, exponents in _index_assignments(rank):
                self.index[((mu, exponents),), ()] = len(self.basics)
                self.basics.append((mu, exponents))

    def moment(self, graph: Graph) -> int:
        """Return the index of the moment of `graph`, adding the products that it needs."""
        if graph not in self.index:
            terms = self._cheapest_split(graph)
            rows = [
                (self.moment(left), self.moment(right), factor)
                for (left, right), factor in sorted(terms.items())
            ]
            position = len(self.index)
            self.index[graph] = position
            self.times.extend((i, j, factor, position) for i, j, factor in rows)
        return self.index[graph]

    def _cheapest_split(self, graph: Graph) -> Counter[tuple[Graph, Graph]]:
        best: Counter[tuple[Graph, Graph]] | None = None
        lowest = math.inf
        for left, right in _splits(graph):
            terms = _terms(graph, left, right)
            unknown = {part for pair in terms for part in pair if part not in self.index}
            cost = len(terms) + sum(_rough_cost(part) for part in unknown)
            if cost < lowest:
                best, lowest = terms, cost
        if best is None:
            raise InputError(f"graph {graph} cannot be split")
        return best


@functools.cache
def _rough_cost(graph: Graph) -> int:
    """Products to evaluate a graph by its cheapest split, if its parts were known."""
    if len(graph[0]) == 1:
        return 0
    return min(
        math.prod(len(_index_assignments(m)) for _, _, m in _cut(graph, left))
        for left, _ in _splits(graph)
    )
