"""Count which faults, planted one at a time in the rooms of points and tiers, their tests notice.

Runs mutmut with the settings of ``pyproject.toml``, on a machine that can fork (Linux, macOS).
"""

import json
import subprocess
import sys
from pathlib import Path

from board import Figure, write

ROOT = Path(__file__).parent.parent
STATS = ROOT / "mutants" / "mutmut-cicd-stats.json"
GOAL = 0.9


def mutmut(*words: str) -> None:
    """Run mutmut in the checkout; its screen of counters is not shown."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"mutmut {words[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def main() -> None:
    """Plant, test, count, and put the figures on the board."""
    mutmut("run", "--max-children", "2")
    mutmut("export-cicd-stats")
    counts = json.loads(STATS.read_text(encoding="utf-8"))
    noticed, total = counts["killed"] + counts["timeout"], counts["total"]
    share = noticed / total
    write("mutation", [
        Figure("faults planted in points and tiers", "their own tests", f"{noticed} of {total} noticed ({share:.1%})",
               f"≥ {GOAL:.0%}", share >= GOAL),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
