"""AUC on real records, every method on the same folds: our cards, optbinning, EBM, plain logistic and full boosting.

The data are found by ``CREDIT_SCORE_DATA``, as the back-tests find them; optbinning and EBM run in an environment of
their own (``yardstick.txt``). EBM with interactions takes minutes a fold on 64 columns and is left out there. Losses
stay on the board beside wins. Polish companies are told twice: most of what any method knows of them is which values
are missing, so the second time those are drawn from their column.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from board import Figure, write
from cost import Cost
from handed import ask

sys.path.insert(0, str(Path(__file__).parents[1] / "backtests"))

from cards import aucs, fitted, parted, without_gaps
from german import study as german
from polish import study as polish
from real_data import Labelled

SEED = 0
GOALS = {("Polish year 1", "logistic card"): 0.879, ("Polish year 1", "boosted card"): 0.910}
CARDS = ("logistic card", "boosted card")


def methods(data: Labelled, models: dict[str, Any]) -> tuple[dict[str, list[float]], Cost | str]:
    """AUC of each fold by method, and what the rivals cost or why they did not run."""
    splits = parted(data, SEED)
    fold = np.zeros(len(data.bad), int)
    for k, split in enumerate(splits):
        fold[split.tested] = k
    own = {name: aucs(fitted(model, data, splits)) for name, model in models.items()}
    theirs = ask("accuracy", data.X, libraries=("optbinning", "interpret-core"), bad=data.bad, fold=fold)
    return own | (theirs.answer if isinstance(theirs, Cost) else {}), theirs


def figures(table: str, found: dict[str, list[float]]) -> list[Figure]:
    """A row a method, the best first, with how far our cards are ahead of it or behind."""
    means = {name: float(np.mean(folds)) for name, folds in found.items()}
    rows = []
    for name in sorted(means, key=lambda n: -means[n]):
        folds = found[name]
        beside = ", ".join(_apart(card, means[card] - means[name]) for card in CARDS if card != name)
        value = f"{_short(means[name])} (folds {_short(min(folds))} to {_short(max(folds))})"
        goal = GOALS.get((table, name))
        held = {"goal": f"≥ {_short(goal)}", "met": means[name] >= goal} if goal else {"goal": "–"}
        rows.append(Figure(f"{table}: {name}", beside, value, **held))
    return rows


def _apart(card: str, ahead: float) -> str:
    if abs(ahead) < 0.0005:
        return f"{card} equal"
    return f"{card} {_short(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1)


def main() -> None:
    """Measure and put on the board."""
    absent = [str(study.DATA) for study in (polish, german) if not study.DATA.is_file()]
    if absent:
        print(f"accuracy: no data: {', '.join(absent)}; set CREDIT_SCORE_DATA to the folder that holds them")
        return
    companies, credit = polish.load(), german.inputs(german.load())
    tables = {
        "Polish year 1": (companies, polish.CARDS | polish.BESIDE),
        "Polish year 1 without missingness": (without_gaps(companies, SEED), polish.CARDS | polish.BESIDE),
        "South German": (credit, german.MODELS),
    }
    rows = []
    for name, (data, models) in tables.items():
        found, theirs = methods(data, models)
        rows += figures(name, found)
        if isinstance(theirs, str):
            rows.append(Figure(name, "optbinning, EBM", theirs))
        else:
            rows.append(Figure(f"{name}: all folds", "optbinning, EBM", "what they cost", beside=theirs))
    write("accuracy", rows, own=("scikit-learn", "numpy"))


if __name__ == "__main__":
    main()
