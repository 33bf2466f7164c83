"""The run folder of a simulation: the scenario, tidy tables, figures, and a manifest of them, whole or not at all."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.files import TOOL, fingerprints, whole_folder
from credit_score.report.run_folder import MANIFEST, check_kind
from credit_score.report.style import save_figure, tier_colours
from credit_score.sheet import write_csv
from credit_score.simulation import frames, plots
from credit_score.simulation.reading import written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from credit_score.simulation import SimulationResult

KIND = "simulation"
Drawing = tuple[float, Callable[["Axes"], Any]]


def save_simulation(
    result: "SimulationResult", out: Path | str, *, lang: str, progress: Callable[[str], None] = lambda _: None
) -> Path:
    """Write ``scenario.yaml``, ``by_period.csv``, ``summary.csv``, ``load.csv``, ``figures/`` and the manifest.

    Figures are in one language, as SVG and as PNG. Raises RunError.
    """
    check_kind(out, KIND)
    with whole_folder(out, replaces=MANIFEST) as folder:
        progress("writing tables")
        (folder / "scenario.yaml").write_text(written(result.scenario), encoding="utf-8")
        tables = {"by_period": frames.by_period, "summary": frames.summary, "load": frames.load_by_year}
        for name, table in tables.items():
            write_csv(table(result), folder / f"{name}.csv")
        progress("drawing figures")
        (folder / "figures").mkdir()
        for name, (height, draw) in drawings(result, lang).items():
            save_figure(draw, folder / "figures" / name, height=height)
        manifest = json.dumps(_manifest(result, folder, lang), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / MANIFEST).write_text(manifest + "\n", encoding="utf-8")
    return Path(out)


def drawings(result: "SimulationResult", lang: str) -> dict[str, Drawing]:
    """The figures of a simulation by name: height in inches, and what draws them on Axes."""
    scenario = result.scenario
    time = {"per_year": scenario.per_year, "lang": lang}
    load, flow, swings = frames.load(result), frames.flow(result), frames.swings(scenario)
    fans = {name: frames.fan(result, name) for name in ("undetected", "detections", "inspections")}
    front, colours = frames.front(scenario), tier_colours(len(scenario.tiers))
    found: dict[str, Drawing] = {
        f"fan_{name}": (3.2, partial(plots.plot_fan, fan, measure=name, **time)) for name, fan in fans.items()
    }
    found["load"] = (1.4 + 0.35 * load["department"].nunique(), partial(plots.plot_load, load, **time))
    found["front"] = (3.6, partial(plots.plot_front, front, lang=lang))
    found["migration"] = (3.8, partial(plots.plot_migration, flow, colours=colours, lang=lang))
    if len(swings):
        tall = 1.2 + 0.3 * len(swings)
        about = {"measure": "undetected", "at_value": float(swings["at_value"].iloc[0]), "lang": lang}
        found["tornado"] = (tall, partial(plots.plot_tornado, swings, **about))
    return found


def _manifest(result: "SimulationResult", folder: Path, lang: str) -> dict[str, Any]:
    return {
        "tool": TOOL, "kind": KIND, "version": __version__, "scenario": result.scenario.name, "engine": result.engine,
        "why": result.why, "replications": result.n_replications, "seed": result.seed,
        "drew_ranges": result.drew_ranges, "lang": lang,
        "outputs": fingerprints(folder),
    }  # fmt: skip
