"""Square submatrices of (locally) maximal volume, by exchanging rows.

The rows of a tall matrix are combinations of those of a square one; as long as a row has a
coefficient above 1 in magnitude, exchanging it for the row of that coefficient multiplies the
determinant by it (Goreinov et al., in *Matrix Methods: Theory, Algorithms and Applications*, 2010).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

FloatArray = NDArray[np.float64]
Members = NDArray[np.int64]

UNSEEN = -1  # member numbers of a pseudo-row
EXCHANGE_TOLERANCE = 1.001  # an exchange must increase the volume by this factor
_KEPT_NUMBERS = 25_000_000  # 200 MB
_UNSEEN_SCALE = 1e-4  # length of a pseudo-row: rows shorter than it along a direction are noise


class MaximumVolume:
    """A square matrix that takes up offered rows where they increase its volume.

    Directions that no row excites are filled with short pseudo-rows, so that the matrix is never
    singular: exciting such a direction gives a large coefficient, and the pseudo-row is exchanged.

    Parameters
    ----------
    rows
        The matrix, shape (P, P).
    members
        Two numbers that name each row, shape (P, 2); `UNSEEN` for pseudo-rows.
    """

    def __init__(self, rows: FloatArray, members: Members) -> None:
        self.rows = rows.copy()
        self.members = members.copy()
        self.inverse = np.linalg.inv(self.rows)

    @classmethod
    def started(cls, candidates: FloatArray, members: Members) -> "MaximumVolume":
        """Return a well-conditioned start: rows chosen by QR with column pivoting.

        Parameters
        ----------
        candidates
            Rows to choose from, shape (n, P).
        members
            Their names, shape (n, 2).
        """
        size = candidates.shape[1]
        _, triangle, order = qr(candidates.T, mode="economic", pivoting=True)
        rank = int((np.abs(np.diagonal(triangle)) > _UNSEEN_SCALE).sum())
        chosen = order[:rank]
        basis = np.linalg.qr(candidates[chosen].T, mode="complete")[0] if rank else np.eye(size)
        rows = np.vstack([candidates[chosen], _UNSEEN_SCALE * basis[:, rank:].T])
        unseen = np.full((size - rank, 2), UNSEEN, dtype=np.int64)
        return cls(rows, np.vstack([members[chosen], unseen]))

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """Which rows are not pseudo-rows, shape (P,)."""
        return np.asarray(self.members[:, 0] != UNSEEN)

    def offer(self, candidates: FloatArray, members: Members) -> int:
        """Exchange rows for candidates while that increases the volume; return how often.

        Parameters
        ----------
        candidates
            Rows, shape (n, P).
        members
            Their names, shape (n, 2).
        """
        coefficients = candidates @ self.inverse
        above = np.abs(coefficients).max(axis=1, initial=0.0) > EXCHANGE_TOLERANCE
        candidates, members, coefficients = candidates[above], members[above], coefficients[above]
        exchanges = 0
        while coefficients.size:
            row, column = divmod(int(np.abs(coefficients).argmax()), coefficients.shape[1])
            pivot = coefficients[row, column]
            if not abs(pivot) > EXCHANGE_TOLERANCE:
                break
            self.rows[column] = candidates[row]
            self.members[column] = members[row]
            change = coefficients[row].copy()
            change[column] -= 1.0
            coefficients -= np.outer(coefficients[:, column] / pivot, change)
            exchanges += 1
        if exchanges:
            self.inverse = np.linalg.inv(self.rows)
        return exchanges


class OfferedRows:
    """Rows that a matrix was offered, up to a bounded number, to be offered again.

    Parameters
    ----------
    size
        Length of a row.
    """

    def __init__(self, size: int) -> None:
        self._left = _KEPT_NUMBERS // size
        self._rows: list[FloatArray] = [np.zeros((0, size))]
        self._members: list[Members] = [np.zeros((0, 2), dtype=np.int64)]

    def add(self, rows: FloatArray, members: Members) -> None:
        """Keep rows while there is room."""
        self._rows.append(rows[: self._left])
        self._members.append(members[: self._left])
        self._left -= len(self._rows[-1])

    def offer_to(self, volume: MaximumVolume) -> int:
        """Offer all rows until none is exchanged; return the number of exchanges."""
        rows, members = np.concatenate(self._rows), np.concatenate(self._members)
        self._rows, self._members = [rows], [members]
        exchanges = 0
        while done := volume.offer(rows, members):
            exchanges += done
        return exchanges
