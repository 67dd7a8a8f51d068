"""What a submission did."""

from dataclasses import dataclass, field


@dataclass
class Submission:
    """What a submission did.

    Parameters
    ----------
    n_jobs
        Jobs that are known before the campaign starts.
    n_finished
        Those whose output the store holds.
    n_added
        Those that were handed over.
    n_known
        Those that were there already.
    n_rerun
        Failed jobs that were set to run again.
    n_paused
        Jobs that somebody paused, stopped or defused; they are left alone.
    fw_ids
        Numbers of the added jobs on a launchpad.
    """

    n_jobs: int
    n_finished: int = 0
    n_added: int = 0
    n_known: int = 0
    n_rerun: int = 0
    n_paused: int = 0
    fw_ids: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it in one phrase."""
        parts = [
            f"{self.n_added} added",
            f"{self.n_known} there already" if self.n_known else "",
            f"{self.n_finished} finished before" if self.n_finished else "",
            f"{self.n_rerun} failed ones set to run again" if self.n_rerun else "",
            f"{self.n_paused} paused or stopped ones left alone" if self.n_paused else "",
        ]
        return f"{self.n_jobs} jobs, " + ", ".join(part for part in parts if part)
