"""What a command costs before it does anything: import and help, against a bare Python."""

import statistics
import subprocess
import sys
import time

from board import Figure, write

RUNS = 11


def seconds(*command: str) -> float:
    """Wall seconds of one run of a command."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def more_than(base: tuple[str, ...], command: tuple[str, ...]) -> float:
    """Median over pairs of runs of how much longer a command takes than a bare one."""
    seconds(*base), seconds(*command)
    return statistics.median(seconds(*command) - seconds(*base) for _ in range(RUNS))


def main() -> None:
    """Measure and put on the board."""
    bare = (sys.executable, "-c", "pass")
    imported = more_than(bare, (sys.executable, "-c", "import credit_score"))
    helped = more_than(bare, (sys.executable, "-m", "credit_score.cli", "--help"))
    write(
        "start-up",
        [
            Figure("`import credit_score`", "`python -c pass`", f"{imported:.3f} s more", "≤ 0.2 s", imported <= 0.2),
            Figure("`credit-score --help`", "`python -c pass`", f"{helped:.3f} s more", "≤ 0.5 s", helped <= 0.5),
        ],
    )


if __name__ == "__main__":
    main()
