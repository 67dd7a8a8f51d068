"""The exceptions of the package: each message names the offending value and the remedy."""


class ArgyroditeError(Exception):
    """Base of every error that the package raises on purpose."""


class InputError(ArgyroditeError, ValueError):
    """A value that a user passed cannot be used; found before any compute is spent."""


class StructureError(InputError):
    """A crystal structure is not what the operation needs (stoichiometry, geometry, lattice)."""


class PotentialFileError(InputError):
    """A potential file is truncated, corrupted, absurd, or of an unsupported kind."""


class TrajectoryError(InputError):
    """A trajectory is malformed, too short, or lacks what the analysis needs."""


class MissingEngineError(ArgyroditeError):
    """A program or package that an engine needs is not installed."""


class StoreError(ArgyroditeError):
    """A document store cannot be opened, read or written."""


class RunError(ArgyroditeError):
    """A program was run and failed; what was computed before stays usable."""


class OutOfSpaceError(RunError):
    """The disk is full: whatever is run next would fail as well."""


class FolderInUseError(RunError):
    """Another process computes in the folder; its result can be read when it ends."""
