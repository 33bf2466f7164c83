"""Tables of real records, read as features and labels: Polish companies and South German credit.

They are found in ``CREDIT_SCORE_DATA``, else in ``../shared/data`` beside the checkout, and are not in this project.
Both are from the UCI repository under CC BY 4.0: Polish companies 365 (Zięba, Tomczak and Tomczak 2016, Expert Systems
with Applications 58:93–101); South German credit 522 and 573 (Grömping 2019).
"""

import gzip
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[1]
POLISH = Path("polish_bankruptcy_year1", "1year.arff.gz")
GERMAN = Path("south_german_credit", "SouthGermanCredit.asc")
# Of the coded columns these are counts or stand in an order; the rest are names.
ORDERED = ("installment_rate", "present_residence", "number_credits", "employment_duration", "people_liable")
MEASURED = ("duration", "amount", "age", *ORDERED)


@dataclass(frozen=True)
class Labelled:
    """Features, a row a subject; ``bad`` (1 is bad) and ``group`` (rows alike in every column share one), (n,)."""

    X: pd.DataFrame
    bad: np.ndarray
    group: np.ndarray


def data_file(file: Path) -> Path:
    """Where a file of real records is looked for."""
    folder = os.environ.get("CREDIT_SCORE_DATA") or CHECKOUT.parent / "shared" / "data"
    return Path(folder) / file


def polish() -> Labelled:
    """Polish companies, year 1: 64 ratios of a year's accounts, and who was bankrupt within five years."""
    from scipy.io import arff

    with gzip.open(data_file(POLISH), "rt", encoding="utf-8") as file:
        rows, _ = arff.loadarff(io.StringIO(file.read()))
    table = pd.DataFrame(rows)
    return _labelled(table.iloc[:, :-1], table.iloc[:, -1] == b"1")


def german() -> Labelled:
    """South German credit: 20 columns of an application, codes of names as categories, and who did not repay."""
    table = pd.read_csv(data_file(GERMAN), sep=" ")
    names = table.columns.drop(["credit_risk", *MEASURED])
    table = table.astype(dict.fromkeys(names, str)).astype(dict.fromkeys(names, "category"))
    return _labelled(table.drop(columns="credit_risk"), table["credit_risk"] == 0)


def _labelled(X: pd.DataFrame, bad: pd.Series) -> Labelled:
    alike = pd.factorize(pd.util.hash_pandas_object(X, index=False))[0]
    return Labelled(X, bad.to_numpy(int), alike)
