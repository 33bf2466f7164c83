"""What the command ``scenes`` does: the scenes of a run, and levels of a benefit that a budget can carry."""

import argparse
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, print_json, print_words
from credit_score.errors import RunError, first_five
from credit_score.told import in_words, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.pilot.levels import Levels
    from credit_score.policy.ruleset import RuleSet
    from credit_score.report import RunFolder

LISTED = {
    "label": "scene.label", "provider": "scene.provider", "open": "scene.open", "since": "scene.since",
    "who": "scene.who", "qualifying": "scene.qualifying", "cost": "scene.expected_cost",
}  # fmt: skip
LEVELS = {
    "level": "scene.level", "from_score": "scene.from_score", "members": "scene.members", "cost": "scene.month_cost",
    "cost_low": "scene.low", "cost_high": "scene.high",
}  # fmt: skip
STEPS = {
    "level": "scene.level", "move": "scene.move", "from_score": "scene.from_score", "members": "scene.members",
    "cost": "scene.month_cost", "within": "scene.within",
}  # fmt: skip
REACH = {
    "by": "scene.by", "group": "scene.group", "members": "scene.all_members", "qualifying": "scene.qualifying",
    "share": "scene.share",
}  # fmt: skip
EVENNESS = {
    "by": "scene.by", "groups": "scene.groups", "least": "scene.least_share", "most": "scene.most_share",
    "ratio": "scene.ratio", "p": "scene.p",
}  # fmt: skip
WORDS = {"down": "scene.down", "up": "scene.up", "county": "scene.county", "town": "scene.town", "age": "scene.age"}
COUNTS, YUAN = ("members", "qualifying", "groups"), ("cost", "cost_low", "cost_high")
SHARES = ("level", "share", "least", "most")
OF_LEVELS = ("budget", "levels", "parts", "price", "take_up")
NOTES = ("scene.of_levels", "scene.never_taken_back", "scene.of_reach", "scene.nothing_changed")


def scenes(arguments: argparse.Namespace) -> None:
    """The scenes of a run, or levels of one of them; neither policy nor run is changed."""
    from credit_score.report import RunFolder

    stray = next((name for name in OF_LEVELS if getattr(arguments, name) is not None), None)
    if stray and not arguments.scene:
        remedy = "name the scene whose levels are asked for"
        raise RunError(f"--{stray.replace('_', '-')} without --scene", remedy=remedy)
    folder, steps = RunFolder.open(arguments.run), Steps(quiet=arguments.quiet)
    if "pilot/scenes.csv" not in folder.manifest["outputs"]:
        what, remedy = "the run has no scenes", "run again under a policy with scenes.yaml"
        raise RunError(what, where=str(folder.path), remedy=remedy)
    listed = folder.table("pilot/scenes.csv")
    if arguments.scene:
        steps("finding levels")
        _calibrate(arguments, folder, _named(listed, arguments.scene))
    elif arguments.json:
        print_json(_about(folder) | {"open": int(listed["open"].sum()), "scenes": rows_of(listed)})
    else:
        _list(listed, folder, arguments.lang)


def _about(folder: "RunFolder") -> dict[str, Any]:
    manifest = folder.manifest
    return {"policy": manifest["policy"], "as_of": manifest["as_of"], "status": manifest["status"]}


def _named(listed: "pd.DataFrame", name: str) -> dict[str, Any]:
    """The row of a scene for persons. Raises RunError."""
    rows = listed[listed["scene"] == name].to_dict("records")
    if not rows:
        raise RunError(f"no scene {name!r}", where="--scene", remedy=f"known are {first_five(listed['scene'])}")
    if rows[0]["subjects"] != "individual":
        what, remedy = f"scene {name!r} is for enterprises", "a level by score would let one infer a tier"
        raise RunError(what, where="--scene", remedy=remedy)
    return dict(rows[0])


def _list(listed: "pd.DataFrame", folder: "RunFolder", lang: str) -> None:
    import pandas as pd

    from credit_score.language import say
    from credit_score.report.scenes import who

    told = listed.assign(
        label=listed[f"label_{lang}"], provider=listed[f"provider_{lang}"], cost=_numbers(listed["expected_cost"]),
        who=[who(row, lang) for row in listed.to_dict("records")], qualifying=_numbers(listed["qualifying"]),
        since=listed["since"].map(str),
    )  # fmt: skip
    heading = {"open": int(listed["open"].sum()), "n": len(listed), "day": folder.manifest["as_of"]}
    table: pd.DataFrame = told[list(LISTED)]
    print_words("scene.listed", _told(table, LISTED, lang), lang, **heading)
    print(say("pilot.internal", lang))
    print(say("scene.statement_only", lang))
    print(say("scene.expected", lang))


def _numbers(values: Any) -> "pd.Series":
    """Numbers of a column of CSV, none where a cell is empty."""
    import pandas as pd

    return pd.Series(pd.to_numeric(pd.Series(list(values)), errors="coerce"))


def _told(table: "pd.DataFrame", headings: dict[str, str], lang: str) -> "pd.DataFrame":
    return in_words(table, lang, headings=headings, words=WORDS, shares=SHARES, counts=COUNTS, figures=YUAN)


def _calibrate(arguments: argparse.Namespace, folder: "RunFolder", scene: dict[str, Any]) -> None:
    """Levels of a scene's benefit within a budget, and how far it reaches as it stands."""
    from credit_score.pilot.levels import against, calibrate, steps

    rules = folder.rules()
    counts = folder.table("pilot/benefit_counts.csv")
    base = rules.individual.base / 1000 if rules.individual else 0.0
    found = calibrate(counts, _asked(arguments, scene, rules), base=base)
    moved = steps(found, counts, base=base)
    beside = against(found, counts, float(scene["from_score"]))
    reached = {name: _of_scene(folder, name, scene["scene"]) for name in ("scene_reach", "scene_evenness")}
    if arguments.json:
        told = {"levels": found.table, "steps": moved, "reach": reached["scene_reach"],
                "evenness": reached["scene_evenness"]}  # fmt: skip
        totals = {name: getattr(found, name) for name in ("served", "above", "cost", "cost_low", "cost_high", "left")}
        about = _about(folder) | {"scene": scene["scene"], "budget": found.asked.budget, "price": found.asked.price}
        against_it = _protected(beside, found.asked.least)
        tables = {name: rows_of(table) for name, table in told.items()}
        print_json(about | {"take_up": found.asked.take_up} | totals | {"against": against_it} | tables)
    else:
        _print(found, moved, reached, scene | _protected(beside, found.asked.least), arguments.lang)


def _asked(arguments: argparse.Namespace, scene: dict[str, Any], rules: "RuleSet") -> Any:
    """What is asked for: of the command, else of the scene. Raises RunError where something is lacking."""
    import pandas as pd

    from credit_score.pilot.levels import Asked
    from credit_score.pilot.reach import least_told

    given = {"budget": arguments.budget, "levels": arguments.levels}
    for name, value in given.items():
        if value is None:
            raise RunError(f"--scene without --{name}", remedy="give both --budget and --levels")
    stated = {name: _numbers([scene[name]])[0] for name in ("price", "take_up")}
    stated |= {n: v for n in stated if (v := getattr(arguments, n)) is not None}
    for name, value in stated.items():
        if pd.isna(value):
            option = f"--{name.replace('_', '-')}"
            raise RunError(f"scene {scene['scene']!r} has no {name.replace('_', '-')}", remedy=f"give {option}")
    shares = tuple(percent / 100 for percent in arguments.levels)
    least, parts = least_told(rules), tuple(arguments.parts or ())
    return Asked(shares, arguments.budget, float(stated["price"]), float(stated["take_up"]), least, parts)


def _of_scene(folder: "RunFolder", name: str, scene: str) -> "pd.DataFrame":
    """The rows of one scene in a table of reach, numbers as numbers."""
    table = folder.table(f"pilot/{name}.csv")
    own = table[table["scene"] == scene].drop(columns=["scene", "status"]).reset_index(drop=True)
    numbers = {c: _numbers(own[c]) for c in own.columns if c not in ("by", "group")}
    return own.assign(**numbers)


def _protected(counts: dict[str, int], least: int) -> dict[str, int | None]:
    """Counts of members, 0 as it is; none where there are too few to tell."""
    return {name: None if 0 < n < least else n for name, n in counts.items()}


def _print(
    found: "Levels", moved: "pd.DataFrame", reached: "dict[str, pd.DataFrame]", scene: dict[str, Any], lang: str
) -> None:
    from credit_score.language import say

    values = {name: f"{getattr(found, name):,.2f}" for name in ("cost", "cost_low", "cost_high", "left")}
    values |= {name: f"{getattr(found, name):,}" for name in ("served", "above")}
    print_words("scene.levels", _told(found.table, LEVELS, lang), lang, label=scene[f"label_{lang}"])
    print(say("scene.totals", lang, budget=f"{found.asked.budget:,.2f}", **values))
    changes = {name: _count(scene[name], found.asked.least, lang) for name in ("newly", "no_longer")}
    print(say("scene.against", lang, score=f"{float(scene['from_score']):g}", **changes) + "\n")
    print_words("scene.steps", _told(moved, STEPS, lang), lang)
    print_words("scene.reach", _told(reached["scene_reach"][list(REACH)], REACH, lang), lang)
    print_words("scene.evenness", _told(reached["scene_evenness"][list(EVENNESS)], EVENNESS, lang), lang)
    for note in NOTES:
        print(say(note, lang))


def _count(n: int | None, least: int, lang: str) -> str:
    from credit_score.language import say

    return say("small_cell", lang, least=least) if n is None else f"{n:,}"
