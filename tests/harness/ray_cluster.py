"""A Ray cluster of real processes on loopback: each machine is `ray start` with an address of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.harness.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0


@dataclass(kw_only=True)
class Machine:
    """A node with all its processes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def processes(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to everything of it at once, as a power cut or a pulled cable would."""
        for process in self.processes():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def named(self, words: str) -> list[psutil.Process]:
        """Its processes whose command line has these words."""
        found = []
        for process in self.processes():
            try:
                if words in " ".join(process.cmdline()):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return found


@dataclass(kw_only=True)
class Cluster:
    """Machines by name; "head" takes no work and is where the driver is. The folder has a short name for sockets."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp")))
    port: int = field(default_factory=free_port)
    token: str = "0123456789abcdef0123456789abcdef0123456789abcdef"
    machines: dict[str, Machine] = field(default_factory=dict)
    _numbers: int = 1

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the cluster and the driver have in their environment."""
        return {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.token,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_gcs_rpc_server_reconnect_timeout_s": "600",
            "RAY_raylet_start_wait_time_s": "110",
        }

    async def begin(self, *names: str) -> None:
        """Start a head and machines."""
        await self.start_head()
        for name in names:  # one after the other: each starts agents that take a processor for seconds
            await self.start(name)

    async def start_head(self) -> Machine:
        """The head; again once it was killed, as after a power cut."""
        (self.folder / "ray_current_cluster").unlink(missing_ok=True)
        place = ("--head", f"--port={self.port}", "--num-cpus=0", "--include-dashboard=false")
        return await self._start("head", *place, f"--temp-dir={self.folder}", address="127.0.0.1")

    async def start(self, name: str, *, code: Path = ROOT) -> Machine:
        """One more machine, or one that has ended again; `code`: where it looks for Pentimento first."""
        self._numbers += 1
        place = (f"--address={self.address}", "--num-cpus=1")
        return await self._start(name, *place, address=f"127.0.0.{self._numbers}", code=code)

    async def _start(self, name: str, *arguments: str, address: str, code: Path = ROOT) -> Machine:
        log = self.folder / f"{name}.log"
        common = ("--num-gpus=0", f"--node-ip-address={address}", f"--node-name={name}", "--disable-usage-stats")
        store = "--object-store-memory=80000000"
        environment: Mapping[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            **self.environment,
            "PYTHONPATH": str(code),
            "OMP_NUM_THREADS": "1",
            "TMPDIR": str(self.folder),
        }
        command = (sys.executable, "-P", "-m", "ray.scripts.scripts", "start", *arguments, *common, store, "--block")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, env=environment, start_new_session=True, cwd=self.folder
            )
        machine = Machine(name=name, process=process, log=log)
        if earlier := self.machines.get(name):
            earlier.process.wait()
        self.machines[name] = machine
        async with asyncio.timeout(START_SECONDS):
            while b"Ray runtime started" not in log.read_bytes():
                assert process.poll() is None, log.read_text()
                await asyncio.sleep(0.1)
        return machine

    def end(self) -> None:
        """End every process of it that we started."""
        processes = [process for machine in self.machines.values() for process in machine.processes()]
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(processes, timeout=10)
        for machine in self.machines.values():
            machine.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@asynccontextmanager
async def cluster(*names: str) -> AsyncIterator[Cluster]:
    """A head and machines, gone at the end."""
    running = Cluster()
    try:
        await running.begin(*names)
        yield running
    finally:
        running.end()
