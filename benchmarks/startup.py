"""What a command costs before it does anything: import and help, against a bare Python."""

import subprocess
import sys
from collections.abc import Callable

from board import Figure, write
from cost import cost_of

RUNS = 11
BARE = ("-c", "pass")
COMMANDS = {
    "`import credit_score`": (("-c", "import credit_score"), 0.2),
    "`credit-score --help`": (("-m", "credit_score.cli", "--help"), 0.5),
}


def started(*words: str) -> Callable[[], None]:
    """A job of :mod:`cost`: a fresh Python with these words, waited for."""

    def run() -> None:
        subprocess.run([sys.executable, *words], check=True, capture_output=True)

    return run


def main() -> None:
    """Measure and put on the board."""
    bare, rows = cost_of("startup:started", *BARE, warm=1, runs=RUNS), []
    for job, (words, most) in COMMANDS.items():
        cost = cost_of("startup:started", *words, warm=1, runs=RUNS)
        more = cost.wall - bare.wall
        rows.append(Figure(job, "`python -c pass`", f"{more:.3f} s more, {cost.cpu / bare.cpu:.2f} × its CPU",
                           f"≤ {most} s", more <= most, cost=cost, beside=bare))  # fmt: skip
    write("start-up", rows)


if __name__ == "__main__":
    main()
