"""A Slurm cluster of one node, this machine, on loopback: Debian's slurmctld, slurmd and munge.

It is started where ARGYRODITE_TEST_SLURM=1 asks for it, and needs root and ``apt-get install
slurm-wlm munge``. It has nothing to do with a Slurm that may run on the machine: its configuration,
state, key and sockets lie in a folder of their own, and it ends with the test.
"""

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from mongo_server import free_port

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
_START_S = 120.0
_CONFIGURATION = """
ClusterName=argyrodite
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ReturnToService=2
KillWait=2
MinJobAge=86400
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdSpoolDir={folder}/spool
StateSaveLocation={folder}/state
NodeName=localhost NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class SlurmCluster:
    """The cluster; `environment` leads commands such as sbatch to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o600)
        ports = {"controller_port": free_port(), "node_port": free_port()}
        text = _CONFIGURATION.format(folder=self.folder, cpus=len(os.sched_getaffinity(0)), **ports)
        (self.folder / "slurm.conf").write_text(text, encoding="ascii")
        munge = {name: self.folder / f"munge.{name}" for name in ("pid", "log", "seed", "socket")}
        self._begin(
            "munged", "--foreground", "--force", f"--key-file={key}",
            f"--socket={munge['socket']}", f"--pid-file={munge['pid']}",
            f"--log-file={munge['log']}", f"--seed-file={munge['seed']}",
        )  # fmt: skip
        self._wait_for(lambda: munge["socket"].exists())
        self._begin("slurmctld", "-D")
        self._begin("slurmd", "-D", "-N", "localhost")
        self._wait_for(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T"))

    def _begin(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.screen").open("wb") as screen:
            self._daemons.append(
                subprocess.Popen(
                    command, stdout=screen, stderr=screen, env={**os.environ, **self.environment}
                )
            )

    def _wait_for(self, condition) -> None:
        limit = time.monotonic() + _START_S
        while not condition():
            ended = [d.args[0] for d in self._daemons if d.poll() is not None]
            if ended or time.monotonic() > limit:
                screens = [p.read_text(errors="replace") for p in self.folder.glob("*.screen")]
                pytest.fail(f"Slurm did not start ({ended}): {' '.join(screens)[-2000:]}")
            time.sleep(0.2)

    def ask(self, *command: str) -> str:
        """Return what one of Slurm's commands prints."""
        return subprocess.run(
            command, capture_output=True, text=True, check=False,
            env={**os.environ, **self.environment},
        ).stdout  # fmt: skip

    def jobs(self, folder: Path) -> list[dict[str, str]]:
        """Return what Slurm knows of every job that was started below a folder, ended ones too."""
        return [job for job in self._show("job") if job["WorkDir"].startswith(str(folder))]

    def state_of(self, number: str) -> str:
        """Return the state of a job."""
        return self._show("job", number)[0]["JobState"]

    def _show(self, *what: str) -> list[dict[str, str]]:
        lines = self.ask("scontrol", "--oneliner", "show", *what).splitlines()
        return [dict(w.split("=", 1) for w in line.split() if "=" in w) for line in lines if line]

    def stop(self) -> None:
        self.ask("scancel", "--quiet", "--user", "root")
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def running_cluster(folder: Path):
    """Yield a running cluster; skip where none is asked for. For fixtures."""
    if os.environ.get("ARGYRODITE_TEST_SLURM") != "1":
        pytest.skip("a Slurm of one node is started with ARGYRODITE_TEST_SLURM=1 only")
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing or os.getuid() != 0:
        pytest.fail(f"Slurm cannot be started: not root, or missing: {', '.join(missing)}")
    cluster = SlurmCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
