"""Documents of the stage `conductivity`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment, FileRecord


class MolecularDynamicsDocument(ArgyroditeDocument):
    """One LAMMPS run: NVT ramp and NPT production with a potential."""

    stage: str = "molecular_dynamics"
    supercell: tuple[int, int, int]
    n_atoms: int
    replica: int
    time_step_fs: float
    ramp_ps: float
    ps4: str = Field(default="free", description="Whether PS4 units were free, rigid or fixed.")
    pair_style: str = Field(default="mtp", description="Interface of LAMMPS to the potential.")
    production_ps: float = Field(description="Production time that was completed.")
    frame_interval_ps: float
    outcome: str = Field(description="'completed' or the cause of failure in one phrase.")
    is_complete: bool
    mean_temperature_kelvin: float | None = None
    mean_pressure_gpa: float | None = None
    mean_volume_angstrom3: float | None = None
    microseconds_per_atom_step: float | None = Field(
        default=None, description="CPU time of LAMMPS' production loop per atom and step."
    )
    maximum_grade: float | None = Field(
        default=None, description="Largest extrapolation grade along the run, if graded."
    )
    trajectory: FileRecord | None = Field(default=None, description="Unwrapped, float32.")
    species: list[str] = Field(description="Element of each atom in the trajectory's order.")
    thermo: Attachment = Field(
        description="Arrays time_ps, temperature_kelvin, potential_energy_ev, pressure_gpa, "
        "volume_angstrom3."
    )


class DiffusivityResult(BaseModel):
    """Diffusion of Li at one temperature (replicas pooled)."""

    temperature_kelvin: float
    n_replicas: int
    simulated_ps: float
    is_diffusive: bool
    diffusivity_cm2_per_s: float | None
    diffusivity_interval_95_cm2_per_s: tuple[float, float] | None
    diffusivity_upper_limit_cm2_per_s: float | None
    conductivity_ms_per_cm: float | None = Field(description="Nernst-Einstein, tracer D.")
    conductivity_interval_95_ms_per_cm: tuple[float, float] | None
    fit_window_ps: tuple[float, float] | None
    hops: float | None
    haven_ratio: float | None
    reason: str | None = Field(default=None, description="Why no diffusivity is given.")
    diffusivity_standard_error_cm2_per_s: float | None = None
    tensor_cm2_per_s: list[list[float]] | None = Field(
        default=None, description="Tracer diffusion tensor, 3 x 3, in the trajectory's axes."
    )
    tensor_standard_error_cm2_per_s: list[list[float]] | None = None
    charge_diffusivity_cm2_per_s: float | None = Field(
        default=None, description="Collective; None where its error would exceed a third."
    )
    charge_diffusivity_standard_error_cm2_per_s: float | None = None
    haven_ratio_standard_error: float | None = None
    log_log_slope: tuple[float, float] | None = Field(
        default=None, description="Of the mean square displacement, and its standard error."
    )
    n_ions: int | None = Field(default=None, description="Mobile ions of one replica.")
    carriers_per_angstrom3: float | None = Field(
        default=None, description="Mobile ions per Å^3 of the mean volume."
    )
    conductivity_upper_limit_ms_per_cm: float | None = Field(
        default=None, description="Nernst-Einstein, from the upper limit of D."
    )


class LeftOutResult(BaseModel):
    """Arrhenius fit without one temperature."""

    temperature_left_out_kelvin: float
    activation_energy_ev: float
    activation_energy_interval_95_ev: tuple[float, float]
    conductivity_ms_per_cm: float = Field(description="At the extrapolation temperature.")
    conductivity_interval_95_ms_per_cm: tuple[float, float]


class ArrheniusResult(BaseModel):
    """Arrhenius fit over the temperatures that were diffusive."""

    activation_energy_ev: float
    activation_energy_interval_95_ev: tuple[float, float]
    temperatures_kelvin: list[float]
    extrapolation_temperature_kelvin: float = 300.0
    diffusivity_cm2_per_s: float = Field(description="At the extrapolation temperature.")
    diffusivity_interval_95_cm2_per_s: tuple[float, float]
    conductivity_ms_per_cm: float = Field(description="At the extrapolation temperature.")
    conductivity_interval_95_ms_per_cm: tuple[float, float]
    ln_prefactor: float | None = Field(default=None, description="ln of D0 in cm^2/s.")
    covariance: list[list[float]] | None = Field(
        default=None, description="Of (E_a in eV, ln D0), 2 x 2; the extrapolation carries it."
    )
    chi_squared_per_degree: float | None = Field(
        default=None, description="Above 1 the covariance was widened by it."
    )
    curvature_p_value: float | None = Field(
        default=None, description="Below 0.05 the Arrhenius plot is curved."
    )
    leave_one_out: list[LeftOutResult] = Field(
        default_factory=list, description="Fits without each temperature in turn, from three on."
    )


class ConductivityDocument(ArgyroditeDocument):
    """Diffusivities, activation energy and conductivity of one crystal."""

    stage: str = "conductivity"
    results: list[DiffusivityResult]
    arrhenius: ArrheniusResult | None
    arrhenius_reason: str | None = Field(
        default=None, description="Why there is no Arrhenius fit, if there is none."
    )
    failed_runs: list[str] = Field(default_factory=list, description="Runs left out, and why.")
    curves: Attachment = Field(
        description="Arrays for figures: msd_<T>_lag_ps and msd_<T>_angstrom2 per temperature T in "
        "whole K; band_temperature_kelvin, band_low, band_mid, band_high (sigma T in S K/cm)."
    )
