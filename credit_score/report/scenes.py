"""The report's section on scenes: the catalogue with who qualifies, what it costs, how it is used, whom it reaches."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from credit_score.language import LANGUAGES, say
from credit_score.pilot.disclosure import count_text
from credit_score.pilot.reach import least_told
from credit_score.report.number import exact, rounded_percent
from credit_score.report.run import Run
from credit_score.report.scene_plots import plot_reach

if TYPE_CHECKING:
    from collections.abc import Callable

EVEN = {"town": "scene.even_town", "age": "scene.even_age"}


def section(run: Run) -> dict[str, Any] | None:
    """What the section shows; None where the policy has no scenes.

    ``open`` (how many), ``rows``, ``measured`` (whether providers supplied uses), ``reached`` (of the scene that
    reaches furthest: ``score`` and ``even``, a sentence in {zh, en} by town and by age band; None where nothing may be
    told).
    """
    if "scenes" not in run.pilot:
        return None
    listed, months, least = run.pilot["scenes"], run.pilot["scene_months"], least_told(run.rules)
    last = months.groupby("scene").last()
    rows = [_row(scene, last, least) for scene in listed.to_dict("records")]
    measured = bool(months["uses"].notna().any())
    return {"open": int(listed["open"].sum()), "rows": rows, "measured": measured, "reached": _reached(run)}


def _row(scene: dict[str, Any], last: "pd.DataFrame", least: int) -> dict[str, Any]:
    both = {name: {lang: scene[f"{name}_{lang}"] for lang in LANGUAGES} for name in ("label", "benefit", "provider")}
    seen = last.loc[scene["scene"]] if scene["scene"] in last.index else {"uses": None, "cost": None}
    least = least if _personal(scene) else 0
    numbers = {name: _known(scene[f"expected_{name}"]) for name in ("cost", "cost_low", "cost_high")}
    return both | numbers | {
        "rule": scene["rule"], "kind": scene["kind"], "open": scene["open"], "since": scene["since"],
        "who": {lang: who(scene, lang) for lang in LANGUAGES},
        "qualifying": {lang: count_text(scene["qualifying"], least, lang) for lang in LANGUAGES},
        "observed": _known(seen["uses"]), "observed_cost": _known(seen["cost"]),
    }  # fmt: skip


def who(scene: dict[str, Any], lang: str) -> str:
    """For whom a scene is, in words: of a row of the table ``scenes``."""
    if _personal(scene):
        return say("scene.persons", lang, score=exact(float(scene["from_score"])))
    return say("scene.firms", lang, items=scene[f"items_{lang}"])


def _personal(scene: dict[str, Any]) -> bool:
    return bool(scene["subjects"] == "individual")


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _furthest(run: Run) -> dict[str, Any] | None:
    """The scene for persons with the lowest score, where anything of its reach may be told."""
    persons = run.pilot["scenes"].query("subjects == 'individual'").dropna(subset=["from_score", "qualifying"])
    return persons.sort_values("from_score").to_dict("records")[0] if len(persons) else None


def _reached(run: Run) -> dict[str, Any] | None:
    scene = _furthest(run)
    if scene is None:
        return None
    even = run.pilot["scene_evenness"]
    told = [
        {
            lang: say(EVEN[row["by"]], lang, n=row["groups"], least=rounded_percent(row["least"]),
                      most=rounded_percent(row["most"]), ratio=f"{row['ratio']:.2f}", p=f"{row['p']:.3f}")
            for lang in LANGUAGES
        }
        for row in even[even["scene"] == scene["scene"]].to_dict("records")
    ]  # fmt: skip
    return {"score": exact(float(scene["from_score"])), "even": told}


def drawings(run: Run, lang: str) -> "Iterator[tuple[str, float, Callable[..., Any]]]":
    """The figure of the section: name, height in inches, what draws it; none where nothing may be told."""
    scene = _furthest(run) if "scenes" in run.pilot else None
    if scene is not None:
        frame = reach_labelled(run.pilot["scene_reach"], scene["scene"], lang)
        yield "scenes", 1.0 + 0.28 * len(frame), partial(plot_reach, frame, county=float(scene["share"]), lang=lang)


def reach_labelled(reached: "pd.DataFrame", scene: str, lang: str) -> "pd.DataFrame":
    """The reach of one scene by town and age band: ``label, share``, empty where it may not be told."""
    own = reached[(reached["scene"] == scene) & (reached["by"] != "county")]
    labels = [f"{say(f'scene.{row.by}', lang)} {row.group}" for row in own.itertuples()]
    return pd.DataFrame({"label": labels, "share": own["share"].to_numpy(float, na_value=float("nan"))})
