"""What a job costs in a process of its own: CPU and wall seconds, and the most memory it held.

A job is a function of a module beside this file. Called with its arguments, which are of JSON, it makes ready what is
not counted and hands back what is: a function without arguments, whose answer is of JSON too. Needs nothing but Python,
so that any environment can run it.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

GIB = 2**30


class DidNotRun(Exception):
    """A job that came to no answer: one line with the last of its words."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all threads and children, wall seconds, peak in bytes; what the job answered; library → version.

    Seconds are medians over the runs. The peak is the most that the process held from the job's beginning, what was
    made ready included.
    """

    cpu: float
    wall: float
    peak: int
    answer: Any
    versions: dict[str, str]

    def told(self) -> str:
        """CPU, wall and peak as the board shows them."""
        return f"{_short(self.cpu)} s, {_short(self.wall)} s, {self.peak / GIB:.2f} GiB"


def cost_of(
    job: str,
    *arguments: Any,
    libraries: Iterable[str] = (),
    warm: int = 0,
    runs: int = 1,
    python: str = sys.executable,
) -> Cost:
    """The cost of ``"module:function"`` over some runs, after some that are not counted; raises DidNotRun."""
    order = {"job": job, "arguments": arguments, "libraries": list(libraries), "warm": warm, "runs": runs}
    here = Path(__file__)
    done = subprocess.run(
        [python, here.name, json.dumps(order)], cwd=here.parent, capture_output=True, text=True, check=False
    )
    if done.returncode < 0:
        raise DidNotRun(f"ended by signal {-done.returncode}")
    if done.returncode:
        raise DidNotRun((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def spent(job: Callable[[], Any]) -> tuple[float, float, Any]:
    """CPU and wall seconds of one run in this process, and its answer."""
    cpu, wall = _cpu(), time.perf_counter()
    answer = job()
    return _cpu() - cpu, time.perf_counter() - wall, answer


def _cpu() -> float:
    told = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in told)


def _peak() -> int:
    """Most bytes held. Linux's ``ru_maxrss`` is no less than what the parent held when it started this process."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _forget_peak() -> None:
    """Let the peak begin anew, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _short(seconds: float) -> str:
    return f"{seconds:.3g}" if seconds < 100 else f"{seconds:.0f}"


def measured(order: dict[str, Any]) -> Cost:
    """The cost of what is ordered, in this process."""
    module, function = order["job"].split(":")
    job = getattr(import_module(module), function)(*order["arguments"])
    for _ in range(order["warm"]):
        job()
    _forget_peak()
    cpu, wall, answers = zip(*(spent(job) for _ in range(order["runs"])), strict=True)
    versions = {name: metadata.version(name) for name in order["libraries"]}
    return Cost(statistics.median(cpu), statistics.median(wall), _peak(), answers[-1], versions)


def main() -> int:
    """Print the cost of the job that the one argument orders, or in one line why there is none."""
    try:
        print(json.dumps(asdict(measured(json.loads(sys.argv[1])))))
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
