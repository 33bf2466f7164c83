"""The back-tests of learned cards: ``python backtests/learn.py polish german`` writes the figures of each.

Without names all are run. ``nox -s backtests`` computes the figures again and compares them.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUDIES = {"polish": "polish.study", "german": "german.study", "chicago": "learned", "scheduled": "scheduled"}


def main(names: list[str]) -> int:
    """Write the results of some studies; returns 1, with a line that says why, where data are not there."""
    sys.path.insert(0, str(HERE / "chicago"))
    for name in names or STUDIES:
        study = import_module(STUDIES[name])
        if not study.DATA.is_file():
            sys.stderr.write(f"no data: {study.DATA} is not there; set CREDIT_SCORE_DATA to the folder above it\n")
            return 1
        text = json.dumps(study.results(study.load()), indent=2)
        study.RESULTS.write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{study.RESULTS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
