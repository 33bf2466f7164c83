"""What the browser module ``what_if.js`` is given: the cube, the policy's numbers and names, and every word it says."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from credit_score.inspection.county import CountyCube, step
from credit_score.language import LANGUAGES, catalogue, in_both, say
from credit_score.policy import RuleSet
from credit_score.report.content import labels
from credit_score.report.style import tier_colours

BY_CREDIT = "国办发〔2019〕35号 / General Office of the State Council, Guobanfa (2019) 35"
STATUS = {"demonstration": "status.demonstration", "draft": "status.draft", "in force": "status.in_force"}


def module() -> str:
    """The browser module as text: ``mount(el, payload, host)`` draws, its default export serves anywidget."""
    return _text("what_if.js")


def styles() -> str:
    """The module's styles as text, all under the class ``what-if``."""
    return _text("what_if.css")


def embedded(told: Mapping[str, Any]) -> str:
    """A payload as it can stand in a script element of a page: JSON in which no text ends the element."""
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def payload(
    cube: CountyCube, rules: RuleSet, draft: Mapping[str, Any], *, state: Mapping[str, Any], status: str
) -> dict[str, Any]:
    """What the module's ``mount`` is given, for JSON.

    Parameters
    ----------
    cube : of a run under ``rules``, the policy in force.
    draft : its numbers: ``cutoffs`` in points, (K − 1,); ``ratios`` in [0, 1], ``floors``, ``frequency``, (K, D); and
        the annual ``cap``.
    state : what the page begins with: ``draft``, ``locks``, ``objective``, ``budget``, ``deterrence``, ``least``,
        ``most``, ``lang``.
    status : ``demonstration``, ``draft`` or ``in force``, as ``RuleSet.status`` says.
    """
    return {
        "cube": cube.to_dict(), "draft": dict(draft), "state": dict(state), "labels": _labels(cube, rules),
        "words": _words(), "limits": limits(rules), "about": _about(cube, rules, status),
        "step": step(cube), "colours": list(tier_colours(len(cube.tiers))),
    }  # fmt: skip


def _text(name: str) -> str:
    return files("credit_score").joinpath(f"report/{name}").read_text(encoding="utf-8")


def _words() -> dict[str, dict[str, str]]:
    """The session's texts by language, and the name of the other language."""
    keys = ["switch", *(key for key in catalogue() if key.startswith(("session.", "check.")))]
    return {lang: {key: catalogue()[key][lang] for key in keys} for lang in LANGUAGES}


def _labels(cube: CountyCube, rules: RuleSet) -> dict[str, Any]:
    """Names in both languages, in the order of the cube."""

    def named(group: str, ids: Iterable[str]) -> list[dict[str, str]]:
        known = labels(rules, group)
        return [known[i] for i in ids]

    groups = {name: named(name, getattr(cube, name)) for name in ("tiers", "departments", "sectors", "sizes")}
    return groups | {"policy": rules.about.label.model_dump()}


def limits(rules: RuleSet) -> dict[str, Any]:
    """What a draft is held to, by kind, each with its ``reference`` in both languages; see ``session.figures.checks``.

    ``county_minimum`` has its ``value``, or is None where no rule sets one.
    """
    inspection = rules.model.inspection
    minimum = inspection.county_minimum.at(rules.on) if inspection.county_minimum else None
    told = {"reference": in_both(minimum.reference), "value": minimum.value} if minimum else None
    references = {
        "cap": in_both(rules.figure(inspection.cap).reference), "order": in_both(BY_CREDIT),
        "capacity": {lang: say("session.capacity_from", lang) for lang in LANGUAGES},
        "no_rate": {lang: say("session.ground_of_rates", lang) for lang in LANGUAGES},
    }  # fmt: skip
    return {"county_minimum": told} | {kind: {"reference": reference} for kind, reference in references.items()}


def _about(cube: CountyCube, rules: RuleSet, status: str) -> dict[str, Any]:
    """The day, the status, and the visits behind the violation curve."""
    curve = cube.curve
    seen = {"visits": 0, "found": 0} if curve is None else {"visits": curve.visits.sum(), "found": curve.found.sum()}
    return {
        "as_of": rules.on.isoformat(), "status": status,
        "status_text": {lang: say(STATUS[status], lang) for lang in LANGUAGES},
        "since": cube.since, "until": cube.until, **{name: int(n) for name, n in seen.items()},
    }  # fmt: skip
