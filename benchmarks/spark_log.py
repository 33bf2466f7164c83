"""What Spark did for a job, read off its event log: stages, tasks, CPU seconds, bytes that moved between tasks."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import credit_score.engine

CONF = Path(credit_score.engine.__file__).parent / "conf"
WRITTEN = {  # what is summed over tasks: the metrics that hold it, and its unit in ours
    "cpu": (("Executor CPU Time",), 1e-9),
    "shuffled": (("Shuffle Write Metrics", "Shuffle Bytes Written"), 1),
    "spilled": (("Disk Bytes Spilled",), 1),
}


def log_to(place: Path) -> None:
    """Let every Spark that this process starts write its event log into a new folder."""
    conf, logs = place / "conf", place / "logs"
    shutil.copytree(CONF, conf)
    logs.mkdir()
    told = {"enabled": "true", "dir": logs.resolve().as_uri(), "rolling.enabled": "false", "compress": "false"}
    lines = [f"spark.eventLog.{name} {value}\n" for name, value in told.items()]
    (conf / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    os.environ["SPARK_CONF_DIR"] = str(conf)


def told_by(place: Path) -> dict[str, float]:
    """``stages``, ``tasks``, ``cpu`` (seconds of executors), ``shuffled``, ``spilled`` and ``widest``, in bytes.

    The widest is what the stage that moves the most moves.
    """
    sums, stages, tasks = dict.fromkeys(WRITTEN, 0.0), dict[int, float](), 0
    for log in (place / "logs").iterdir():
        with log.open(encoding="utf-8") as lines:
            for event in (json.loads(line) for line in lines if line.startswith('{"Event":"SparkListenerTaskEnd"')):
                found = {name: _found(event["Task Metrics"], path) * unit for name, (path, unit) in WRITTEN.items()}
                sums = {name: total + found[name] for name, total in sums.items()}
                stages[event["Stage ID"]] = stages.get(event["Stage ID"], 0.0) + found["shuffled"]
                tasks += 1
    return {"stages": len(stages), "tasks": tasks, **sums, "widest": max(stages.values(), default=0.0)}


def _found(metrics: dict[str, Any] | None, path: tuple[str, ...]) -> float:
    for name in path:
        metrics = (metrics or {}).get(name)  # type: ignore[assignment]
    return float(metrics or 0)  # type: ignore[arg-type]
