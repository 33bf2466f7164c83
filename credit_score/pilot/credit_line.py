"""What a bank's own rule would do to credit lines, as a what-if for the county: sums by tier and size, never a firm.

The bank grants credit by its own rule and is bound by nothing here; it sees no tier. The county sees how lines and,
where the bank tells its own expected loss, losses would fall over tiers. A sole proprietor is a natural person: from
public records nothing may be withheld from one, so its line is never below the base line, whatever the rule says.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from credit_score.errors import PolicyError
from credit_score.pilot.disclosure import protected
from credit_score.policy.dated import Frozen, Refused
from credit_score.policy.places import in_file, told
from credit_score.policy.source import Source

if TYPE_CHECKING:
    import pandas as pd

Yuan = Annotated[float, Field(gt=0, le=1e9, strict=True)]
Factor = Annotated[float, Field(gt=0, le=10, strict=True)]
Loss = Annotated[float, Field(ge=0, le=1, strict=True)]
SUMS = ("before", "after", "loss_before", "loss_after")


class Band(Frozen):
    """Firms from a score on (points of enterprises), or with a counted record of every item named; the rest otherwise.

    ``factor``: of the base line, in (0, 10]. ``loss``: the share of a line that the bank expects to lose, its own.
    """

    from_score: Annotated[float, Field(strict=True)] | None = None
    items: tuple[str, ...] = ()
    factor: Factor
    loss: Loss | None = None

    @property
    def takes_all(self) -> bool:
        """Whether it names no condition."""
        return self.from_score is None and not self.items


class BankRule(Frozen):
    """A bank's own rule: a base line in yuan, and bands of which the first that takes a firm counts."""

    base_line: Yuan
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _the_last_band_takes_the_rest_and_no_other_does(self) -> Self:
        *upper, last = self.bands
        if not last.takes_all:
            text = "the last band takes every firm that is left; give it neither from_score nor items"
            raise Refused(text, "bands", len(upper))
        for i, band in enumerate(upper):
            if band.takes_all:
                raise Refused("names neither from_score nor items, so no band after it is reached", "bands", i)
        if len({band.loss is None for band in self.bands}) > 1:
            missing = next(i for i, band in enumerate(self.bands) if band.loss is None)
            raise Refused("has no loss where another band has one; give all or none", "bands", missing)
        return self

    @property
    def tells_loss(self) -> bool:
        """Whether the bank tells what it expects to lose."""
        return self.bands[-1].loss is not None

    def band(self, score: float, items: Iterable[str]) -> Band:
        """The band of a firm: the first whose every condition holds. ``score``: in points."""
        held = set(items)
        fits = (b for b in self.bands if (b.from_score is None or score >= b.from_score) and set(b.items) <= held)
        return next(fits)


def load_bank_rule(path: Path | str, items: Iterable[str]) -> BankRule:
    """A bank's rule from a YAML file; ``items``: ids of the policy's items of enterprises.

    Raises PolicyError in one line with file and line: not readable, an unknown key, a number out of its range, an item
    that the policy does not have.
    """
    if not Path(path).is_file():
        raise PolicyError("no such file of a bank's rule", where=str(path), remedy="give a YAML file: base_line, bands")
    source = Source(Path(path))
    try:
        rule = BankRule.model_validate(source.data)
    except ValidationError as error:
        raise _refusal(error, source) from None
    known = set(items)
    for i, band in enumerate(rule.bands):
        if unknown := sorted(set(band.items) - known):
            what = f"unknown item {unknown[0]!r}; known are {', '.join(sorted(known))}"
            raise PolicyError(what, where=source.where(("bands", i, "items")), remedy="mend this band")
    return rule


def _refusal(error: ValidationError, source: Source) -> PolicyError:
    """The first thing that is wrong, with its line."""
    first = error.errors()[0]
    beneath: tuple[str | int, ...] = getattr(first.get("ctx", {}).get("error"), "place", ())
    place = in_file((*first["loc"], *beneath), source.data)
    said = _said(first)
    what = ": ".join([*filter(None, [told(place)]), said])
    return PolicyError(what, where=source.where(place), remedy="mend the bank's rule")


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key"
    if error["type"] == "missing":
        return f"{error['loc'][-1]!r} is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text if error["type"] == "value_error" else f"{text}, not {str(error['input'])[:60]!r}"


def credit_lines(cells: "pd.DataFrame", rule: BankRule) -> "pd.DataFrame":
    """The cells (``score_milli, tier, size, sole, items, firms``) with their lines in yuan, if all of them borrowed.

    Adds ``before`` and ``after`` (sums of lines), ``loss_before`` and ``loss_after`` (what the bank expects to lose;
    empty where it tells nothing) and ``held`` (natural persons whom the rule would put below the base line).
    """
    found = [rule.band(s / 1000, i.split(";")) for s, i in zip(cells["score_milli"], cells["items"], strict=True)]
    asked = [band.factor for band in found]
    factors = [max(f, 1.0) if sole else f for f, sole in zip(asked, cells["sole"], strict=True)]
    losses = [float("nan") if band.loss is None else band.loss for band in found]
    before = cells["firms"] * rule.base_line
    held = [n if sole and f < 1 else 0 for n, sole, f in zip(cells["firms"], cells["sole"], asked, strict=True)]
    after = before * factors
    return cells.assign(before=before, after=after, loss_before=before * losses, loss_after=after * losses, held=held)


def lines_by(lines: "pd.DataFrame", by: str, least: int) -> "pd.DataFrame":
    """Sums of :func:`credit_lines` by ``tier`` or ``size``: ``group, firms, before, after, loss_before, loss_after``.

    Groups of fewer than ``least`` firms are left out, and with them as many as it takes that the whole gives none away:
    firms and sums are empty there. A sum without any number stays empty.
    """
    sums = lines.groupby(by)[["firms", *SUMS]].sum(min_count=1).reset_index().rename(columns={by: "group"})
    shown = protected(sums, "firms", [], least)
    return shown.assign(**{name: shown[name].where(shown["firms"].notna()) for name in SUMS})
