"""The command ``simulate``: years of a scenario, told in a few lines, and with ``--out`` as a run folder."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, check_out, print_json, print_words
from credit_score.errors import RunError
from credit_score.language import say
from credit_score.told import in_words, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.simulation import SimulationResult

REPLICATIONS, LEVEL = 200, 0.9
LOAD = {
    "department": "column.department", "year": "simulate.year", "days": "simulate.days",
    "capacity": "simulate.capacity", "use": "column.utilisation", "waiting": "simulate.waiting",
    "put_off": "simulate.put_off_in",
}  # fmt: skip


def simulate(arguments: argparse.Namespace) -> None:
    """Years of a scenario."""
    from credit_score.report.simulation_folder import KIND, save_simulation
    from credit_score.simulation import Scenario

    steps = Steps(quiet=arguments.quiet)
    scenario = Scenario.read(arguments.scenario)
    if arguments.out:
        check_out(arguments.out, kind=KIND)
        _check_kept(Path(arguments.scenario), Path(arguments.out))
    result = _simulated(arguments, scenario, steps)
    if arguments.out:
        save_simulation(result, arguments.out, lang=arguments.lang, progress=steps)
    steps("done")
    if arguments.json:
        print_json(_plain(result))
    else:
        _print(result, arguments.lang)
        if arguments.out:
            print(say("simulate.written", arguments.lang, out=arguments.out))


def _check_kept(scenario: Path, out: Path) -> None:
    """Refuse to replace the scenario that is read: what its author wrote into it would be gone."""
    if out.resolve() in scenario.resolve().parents:
        raise RunError("holds the scenario that is read", where=str(out), remedy="choose another folder")


def _simulated(arguments: argparse.Namespace, scenario: Any, steps: Steps) -> "SimulationResult":
    from tqdm import tqdm

    from credit_score.simulation import simulate as simulated
    from credit_score.simulation.ranges import ranges

    asked = arguments.replications
    n = asked if asked is not None else 0 if arguments.engine == "mean" else REPLICATIONS
    draw = n > 0 and not arguments.as_stated and bool(ranges(scenario))
    steps("simulating")
    with tqdm(total=max(n, 1), unit=" replications", delay=1, disable=arguments.quiet, leave=False) as bar:
        return simulated(
            scenario, engine=arguments.engine, n_replications=n, seed=arguments.seed, draw_ranges=draw,
            threads=arguments.threads,
            progress=bar.update, announce=lambda: steps("compiling loops, once on this machine; about half a minute"),
        )  # fmt: skip


def _plain(result: "SimulationResult") -> dict[str, Any]:
    from credit_score.simulation import frames

    load = frames.load_by_year(result).replace(float("inf"), float("nan"))
    return {
        "scenario": result.scenario.name, "firms": result.scenario.n_firms, "periods": result.scenario.periods,
        "engine": result.engine, "why": result.why, "replications": result.n_replications, "seed": result.seed,
        "drew_ranges": result.drew_ranges, "level": LEVEL,
        "summary": rows_of(frames.summary(result, level=LEVEL)), "load": rows_of(load),
    }  # fmt: skip


def _print(result: "SimulationResult", lang: str) -> None:
    from credit_score.simulation import frames
    from credit_score.simulation.ranges import unknowns

    scenario = result.scenario
    print(scenario.name)
    print(say("simulate.engine", lang, engine=say(f"engine.{result.engine}", lang), why=say(f"why.{result.why}", lang)))
    counts = {"firms": f"{scenario.n_firms:,}", "periods": scenario.periods, "seed": result.seed}
    print(say("simulate.size", lang, replications=f"{result.n_replications:,}", **counts) + "\n")
    table = frames.summary(result, level=LEVEL)
    drawn = "simulate.summary_drawn" if result.drew_ranges else "simulate.summary"
    heading = drawn if result.n_replications else "simulate.summary_means"
    print_words(heading, _wide(table, lang), lang, level=LEVEL)
    _print_load(result, lang)
    if left := len(unknowns(scenario)):
        print(say("simulate.unknown_drawn" if result.drew_ranges else "simulate.unknown_stated", lang, n=left))


def _wide(table: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    """A row a measure, a column a year: the mean, and between what it lies."""
    import pandas as pd

    cells = {
        say(f"simulate.{year}", lang): [_cell(row) for row in part.itertuples()]
        for year, part in table.groupby("year", sort=False)
    }
    names = [say(f"simulate.{name}", lang) for name in table["measure"].drop_duplicates()]
    return pd.DataFrame({say("simulate.figure", lang): names} | cells)


def _cell(row: Any) -> str:
    if math.isnan(row.mean):
        return "–"
    form = ".2%" if row.measure == "prevalence" else ",.0f"
    ends = f" ({row.low:{form}} – {row.high:{form}})" if math.isfinite(row.low) else ""
    return f"{row.mean:{form}}{ends}"


def _print_load(result: "SimulationResult", lang: str) -> None:
    """Days against capacity, and the departments that have too few, in a line each."""
    from credit_score.simulation import frames

    table = frames.load_by_year(result)[list(LOAD)]
    shown = table.replace(float("inf"), float("nan"))
    years = {year: f"simulate.{year}" for year in table["year"].unique()}
    form = {"shares": ("use", "put_off"), "counts": ("days", "capacity", "waiting")}
    print_words("simulate.load", in_words(shown, lang, headings=LOAD, words=years, **form), lang)
    by = frames.load(result).groupby("department", sort=False)
    found = by.agg(n=("over", "sum"), of=("over", "size"), waiting=("waiting", "last"), put_off=("put_off", "max"))
    for department, row in found[found["put_off"] > 0].iterrows():
        told = {"n": int(row["n"]), "of": int(row["of"]), "waiting": f"{row['waiting']:,.0f}"}
        key = "simulate.short" if row["n"] else "simulate.at_times_short"
        print(say(key, lang, department=department, share=f"{row['put_off']:.1%}", **told))
    if found["put_off"].max() == 0:
        print(say("simulate.enough", lang))
