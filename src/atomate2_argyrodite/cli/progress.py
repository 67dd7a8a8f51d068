"""Progress of a run: a bar per stage in a terminal, a line per job elsewhere."""

import time
from collections import Counter, defaultdict
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from atomate2_argyrodite.campaign.runner import JobEvent
from atomate2_argyrodite.campaign.schedule import JobState

_ENDED = (JobState.FINISHED, JobState.FOUND, JobState.FAILED, JobState.SKIPPED)
_INTERNAL = "store_inputs"
_BAR_WIDTH = 20
_MAXIMUM_RUNNING_SHOWN = 3


class Progress:
    """Shows the events of a run.

    Parameters
    ----------
    console
        Where to show them.
    stages
        Stages that are listed from the start, in this order.
    """

    def __init__(self, console: Console, stages: tuple[str, ...] = ()) -> None:
        self._console = console
        self._states: dict[str, dict[tuple[str, int], JobState]] = {s: {} for s in stages}
        self._running: dict[tuple[str, int], str] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._started = time.monotonic()
        self._live = (
            Live(get_renderable=self._table, console=console, refresh_per_second=4)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> "Progress":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
        self._line_of_found()

    def observe(self, event: JobEvent) -> None:
        """Take an event in."""
        job = event.job
        self._states.setdefault(job.stage, {})[job.key] = event.state
        if event.state == JobState.RUNNING:
            self._running[job.key] = job.name
        else:
            self._running.pop(job.key, None)
        self._seconds[job.stage] += event.seconds or 0.0
        if event.state == JobState.FAILED:
            self._console.print(
                f"[red]failed[/] {escape(job.name)}: {escape(event.error or '')}", highlight=False
            )
        elif self._live is None and event.state == JobState.FINISHED and job.name != _INTERNAL:
            self._console.print(escape(self._line(event)), highlight=False, soft_wrap=True)

    def _line(self, event: JobEvent) -> str:
        states = self._states[event.job.stage]
        done = sum(state in _ENDED for state in states.values())
        clock = time.strftime("%H:%M:%S", time.gmtime(time.monotonic() - self._started))
        return (
            f"{clock} {event.job.stage} {done}/{len(states)} {event.job.name} "
            f"({event.seconds or 0.0:.1f} s)"
        )

    def _line_of_found(self) -> None:
        found = sum(
            s == JobState.FOUND for states in self._states.values() for s in states.values()
        )
        if found:
            self._console.print(f"{found} jobs were finished before and not repeated.")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for name in ("stage", "", "jobs", "job time", "running"):
            table.add_column(name, overflow="ellipsis", no_wrap=True)
        for stage, states in self._states.items():
            counts = Counter(states.values())
            done = sum(counts[state] for state in _ENDED)
            failed = counts[JobState.FAILED] + counts[JobState.SKIPPED]
            running = [n for key, n in self._running.items() if key in states]
            table.add_row(
                stage.replace("_", " "),
                _bar(done, failed, len(states)),
                f"{done}/{len(states)}" + (f" ({failed} failed or skipped)" if failed else ""),
                _duration(self._seconds[stage]),
                escape(", ".join(running[:_MAXIMUM_RUNNING_SHOWN])),
            )
        return table


def _bar(done: int, failed: int, total: int) -> str:
    if not total:
        return "[dim]" + "·" * _BAR_WIDTH + "[/]"
    filled = _BAR_WIDTH * done // total
    colour = "red" if failed else "green"
    return f"[{colour}]{'━' * filled}[/][dim]{'╌' * (_BAR_WIDTH - filled)}[/]"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
