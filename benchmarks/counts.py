"""What a job asks of Python and of the engine, as counts: calls, engine queries, Ibis compilations, modules loaded.

Counts are the same on a fast machine and on a slow one; those of calls differ by a few in a hundred between versions of
Python and of libraries.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

QUERIES = ("execute", "executemany", "query", "sql")
COMPILATION = "SQLGlotCompiler.to_sqlglot"
CALLS, ENGINE, COMPILED = "Python calls", "engine queries", "Ibis compilations"


def counted(job: Callable[[], Any]) -> tuple[dict[str, int], Any]:
    """Calls, queries and compilations of one run of a job in this thread, and its answer."""
    found = Counter({CALLS: 0, ENGINE: 0, COMPILED: 0})

    def seen(frame: FrameType, event: str, what: Any) -> None:
        if event == "call":
            found[CALLS] += 1
            found[COMPILED] += frame.f_code.co_qualname == COMPILATION
        elif event == "c_call":
            found[ENGINE] += what.__name__ in QUERIES and "duckdb" in (what.__module__ or "")

    sys.setprofile(seen)
    try:
        answer = job()
    finally:
        sys.setprofile(None)
    return dict(found), answer


def modules_after(statement: str) -> int:
    """How many modules a fresh Python holds after a statement, beyond those of a bare one."""
    return _modules(statement) - _modules("pass")


def _modules(statement: str) -> int:
    told = f"import sys\ntry:\n    {statement}\nfinally:\n    print(); print(len(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])
