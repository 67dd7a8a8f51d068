"""Documents of energies and scans of a campaign that never ran."""

import numpy as np
import synthetic

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.grain_boundary.schemas import BoundaryEnergy, BoundaryScreeningDocument
from atomate2_argyrodite.stability.crystal_geometry import Spread, TetrahedraGeometry
from atomate2_argyrodite.stability.protocols import RelaxationProtocol
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxationRecord,
    RelaxedCrystal,
    SurfaceEnergy,
    SurfaceEnergyDocument,
)
from atomate2_argyrodite.training.scan_schemas import ScanDocument, ScanPoint

ENERGIES = {"0-F-43m": 22.4, "25-R3m": 5.0, "50-P222_1": 0.0, "100-F-43m": 118.0}
CITED = [(1, 1, 1), (0, 2, 1), (0, 0, 1), (0, 1, 1)]


def tetrahedra(intact=True):
    return TetrahedraGeometry(Spread(2.03, 2.05, 2.08), Spread(106.0, 109.5, 113.0), intact)


def relaxation(converged=True, protocol="free"):
    return RelaxationRecord(
        protocol=protocol,
        maximum_force_setting_ev_per_angstrom=0.04,
        rattle_angstrom=None,
        steps=80,
        maximum_force_ev_per_angstrom=0.03 if converged else 0.2,
        is_converged=converged,
    )


def crystal(label, energy, converged=True, intact=True):
    return RelaxedCrystal(
        configuration=label,
        n_atoms=52,
        energy_ev=52 * (energy / 1000 - 4.2),
        energy_per_atom_ev=energy / 1000 - 4.2,
        lattice_lengths_angstrom=(10.2, 10.2, 10.2),
        lattice_angles_degrees=(90.0, 90.0, 90.0),
        volume_angstrom3=1061.2,
        linear_strain=-0.008,
        largest_stress_gpa=0.02,
        space_group_symbol="F-43m",
        symmetry_tolerance_angstrom=0.1,
        tetrahedra=tetrahedra(intact),
        lithium_contacts={},
        mean_displacement_angstrom=0.05,
        relaxation=relaxation(converged),
    )


def stability(energies=None, protocol="free", **changes):
    energies = energies or ENERGIES
    boltzmann = {k: float(np.exp(-v / 25.85)) for k, v in energies.items()}
    total = sum(boltzmann.values())
    values = {
        "engine": synthetic.CHGNET,
        "temperature_kelvin": 300.0,
        "protocol": RelaxationProtocol(protocol),
        "crystals": [crystal(label, energy) for label, energy in energies.items()],
        "relative_energies_mev_per_atom": dict(energies),
        "multiplicities": None,
        "weights": {k: v / total for k, v in boltzmann.items()},
    }
    return RelativeStabilityDocument(**{**values, **synthetic.HEADER, **changes})


def surface(plane, termination, energy):
    return SurfaceEnergy(
        plane=plane,
        termination=termination,
        n_atoms=104,
        thickness_angstrom=20.0,
        vacuum_angstrom=15.0,
        area_angstrom2=105.0,
        moved_lithium=0,
        residual_charge_e=0.0,
        is_symmetric=True,
        energy_ev=-430.0,
        surface_energy_j_per_m2=energy,
        surface_energy_mev_per_angstrom2=energy * 62.4,
        unrelaxed_surface_energy_j_per_m2=2 * energy,
        tetrahedra=tetrahedra(),
        relaxation=relaxation(),
    )


def surfaces(**changes):
    found = [surface(plane, k % 2, 0.2 + 0.05 * k) for k, plane in enumerate(CITED)]
    found.append(surface((1, 1, 1), 1, 0.41))
    values = {
        "engine": synthetic.CHGNET,
        "configuration": "0-F-43m",
        "bulk": crystal("0-F-43m", 22.4),
        "surfaces": found,
        "ranking": CITED,
        "cited_order": CITED,
        "pairs_out_of_cited_order": [],
        "agrees_with_cited_order": True,
    }
    return SurfaceEnergyDocument(**{**values, **synthetic.HEADER, **changes})


def boundary(name, kind, rank, energy):
    return BoundaryEnergy(
        name=name,
        kind=kind,
        sigma=5,
        axis=(1, 0, 0),
        plane=(0, 2, 1),
        turned_plane=(0, 2, -1),
        angle_degrees=53.13,
        rank=rank,
        shift_angstrom=(0.0, 1.5 * rank),
        overlap_before_angstrom2=0.1,
        residual_charges_e=(0.0, 0.0),
        n_atoms=520,
        area_angstrom2=236.3,
        cell_lengths_angstrom=(10.28, 22.99, 45.97),
        boundary_planes=(0.0, 0.5),
        energy_ev=-2180.0,
        boundary_energy_j_per_m2=energy,
        boundary_energy_mev_per_angstrom2=energy * 62.4,
        unrelaxed_boundary_energy_j_per_m2=None,
        tetrahedra=tetrahedra(),
        relaxation=relaxation(),
    )


def boundaries(**changes):
    tilt, twist = "Σ5[100](021) tilt", "Σ5[001](001) twist"
    found = [boundary(tilt, "tilt", 0, 0.11), boundary(tilt, "tilt", 1, 0.17)]
    found.append(boundary(twist, "twist", 0, 0.24))
    values = {
        "engine": synthetic.CHGNET,
        "configuration": "0-F-43m",
        "bulk": crystal("0-F-43m", 22.4),
        "boundaries": found,
        "ranking": [tilt, twist],
        "best_by_kind": {"tilt": tilt, "twist": twist},
        "tilt_minus_twist_mev_per_angstrom2": -8.1,
    }
    return BoundaryScreeningDocument(**{**values, **synthetic.HEADER, **changes})


def scan(costs=(1.0, 1.4, 2.6, 8.4), **changes):
    points = [
        ScanPoint(
            level=level,
            cutoff_angstrom=cutoff,
            n_parameters=200 + 20 * level,
            potential_id=f"p{level}{cutoff}",
            training_errors=synthetic.errors(30.0 / level, 0.7 / level),
            validation_errors=synthetic.errors(36.0 / level, 0.8 / level / cutoff * 5),
            converged=True,
            fit_wall_time_s=60.0 * level,
            microseconds_per_atom_step=cost,
            cost_n_atoms=1404,
            cost_outcome="completed" if cost else "lost atoms",
        )
        for (level, cutoff), cost in zip(
            [(8, 5.0), (8, 6.0), (12, 5.0), (16, 5.0)], costs, strict=True
        )
    ]
    values = {
        "engine": synthetic.CHGNET,
        "training_set_hash": "abcdef0123456789abcdef",
        "points": points,
        "figure": Attachment.from_text("scan.png", "x"),
    }
    return ScanDocument(**{**values, **synthetic.HEADER, **changes})
