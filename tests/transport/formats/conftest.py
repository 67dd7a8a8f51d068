import subprocess
import sysconfig
from pathlib import Path

import pytest

INPUT = """
units metal
lattice fcc 5.3
region box prism 0 3 0 3 0 3 0.7 0.4 -0.5
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.4 123
mass 1 6.94
mass 2 32.06
pair_style lj/cut 7.0
pair_coeff * * 0.0104 3.4
velocity all create 400.0 12345
timestep 0.002
fix 1 all npt temp 400 400 0.2 tri 0 0 2
run 2000
reset_timestep 0
dump binary all dcd 10 first.dcd
dump_modify binary unwrap yes
dump wrapped all dcd 10 wrapped.dcd
dump unwrapped all custom 10 unwrapped.lammpstrj id type element xu yu zu
dump_modify unwrapped element Li S format float %.9f
dump images all custom 10 images.lammpstrj xs ys zs type ix iy iz id
dump_modify images format float %.12f
dump plain all custom 10 plain.lammpstrj id element x y z
dump_modify plain element Li S sort id format float %.9f
run 500
write_restart restart
run 60
clear
units metal
read_restart restart
pair_style lj/cut 7.0
pair_coeff * * 0.0104 3.4
timestep 0.002
fix 1 all npt temp 400 400 0.2 tri 0 0 2
dump binary all dcd 10 second.dcd
dump_modify binary unwrap yes
dump unwrapped all custom 10 unwrapped2.lammpstrj id type element xu yu zu
dump_modify unwrapped element Li S format float %.9f
run 300
"""


@pytest.fixture(scope="session")
def lammps_run(tmp_path_factory) -> Path:
    """Folder with dumps in several formats of a triclinic cell in NPT, with a restart."""
    folder = tmp_path_factory.mktemp("lammps")
    (folder / "in.lammps").write_text(INPUT)
    lmp = Path(sysconfig.get_path("scripts")) / "lmp"
    subprocess.run(
        [lmp, "-in", "in.lammps", "-screen", "none"], cwd=folder, check=True, timeout=600
    )
    return folder
