"""How long data of natural persons may be kept: the national floor under every policy, dated and cited."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from credit_score.policy.dated import Holds, Period
from credit_score.policy.named import Named

if TYPE_CHECKING:
    from credit_score.policy.schema import PolicyModel


class Retention(Named):
    """``withdrawn``: whether a withdrawn consent ends it at once; ``bad_records``: how long bad information may stay.

    ``bad_kinds`` are catalogue kinds of records that are bad information whatever their item.
    """

    withdrawn: Holds
    bad_records: Period
    bad_kinds: tuple[str, ...]


@cache
def retention() -> Retention:
    """The limits in force through time."""
    import yaml

    text = files("credit_score.policy").joinpath("retention.yaml").read_text(encoding="utf-8")
    return Retention.model_validate(yaml.safe_load(text))


def bad_items(model: "PolicyModel") -> frozenset[str]:
    """Items of a policy that are bad information: those that lower points on some day, and those subject to repair."""
    catalogues = (c for c in (model.individual, model.enterprise) if c)
    items = [item for catalogue in catalogues for item in catalogue.items]
    lowering = (i.id for i in items if any((f := i.points.at(day)) and f.value < 0 for day in i.points.days))
    repaired = (item for grade in (model.repair.classes if model.repair else ()) for item in grade.items)
    return frozenset([*lowering, *repaired])
