"""How a number stands before a reader: exact, whatever its size; points are written from integer milli-points."""

from decimal import Decimal
from math import isfinite


def exact(value: Decimal | float) -> str:
    """A number with all its digits and none more: ``1234567.5``, ``0.025``, ``-30``."""
    return f"{(Decimal(str(value)) + 0).normalize():f}"


def points(milli: int) -> str:
    """Points from milli-points, exact to .001: ``1004.996``, ``-30``."""
    return exact(Decimal(int(milli)) / 1000)


def signed(milli: int) -> str:
    """Points gained or lost, from milli-points, with their sign: ``+4.995``, ``-30``; nothing is ``0``."""
    return f"{'+' if milli > 0 else ''}{points(milli)}"


def percent(share: float) -> str:
    """A share of a rule in percent, exact: 0.025 is ``2.5 %``."""
    return f"{exact(Decimal(str(share)) * 100)} %"


def rounded(value: float | None, digits: int = 0) -> str:
    """A computed number with thousands parted, ``1,234.5``; ``–`` where it is not known."""
    return "–" if value is None or not isfinite(value) else f"{value:,.{digits}f}"


def rounded_percent(share: float | None, digits: int = 1) -> str:
    """A computed share in percent, ``2.5%``; ``–`` where it is not known."""
    return "–" if share is None or not isfinite(share) else f"{share:.{digits}%}"


def likely(share: float | None) -> str:
    """A share of replications in whole percent; nothing that is drawn is certain: ``>99%``, ``<1%``, or ``–``."""
    if share is None or 0.01 <= share <= 0.99:
        return rounded_percent(share, 0)
    return ">99%" if share > 0.5 else "<1%"
