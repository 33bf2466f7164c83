"""One Spark application a process, and what must be there before it can start: Spark, Java, a master that answers."""

import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from credit_score.engine.places import check_size
from credit_score.errors import CreditScoreError

LEAST_JAVA = 17
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_LOCAL = re.compile(r"local(\[(\*|\d+)\])?")


def session_of(master: str, memory: str | None) -> Any:
    """A session of this process's application, which is started with the first; raises CreditScoreError."""
    amount = _mebibytes(memory)
    _check_spark()
    _check_java()
    _check_master(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # executors need this package too
    os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).parent / "conf"))
    with without_warnings():
        from pyspark.sql import SparkSession as Sessions
    running = Sessions.getActiveSession()
    if running is not None and running.sparkContext.master != master:
        what = f"this process is on {running.sparkContext.master} already, not {master!r}"
        raise CreditScoreError(what, remedy="use one master in a process")
    builder = Sessions.builder.master(master).appName("credit-score")
    for name, value in _settings(master, amount).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate().newSession()
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def without_warnings() -> Iterator[None]:
    """Spark warns of a pandas that is newer than it knows; what is handed over here is Arrow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _settings(master: str, memory: str | None) -> dict[str, str]:
    """What every result rests on (days in UTC, names as they are written, sums that overflow refused), and the rest."""
    told = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "true",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.executorEnv.PYTHONWARNINGS": "ignore::FutureWarning",
    }
    if _LOCAL.fullmatch(master):
        told |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        told |= {"spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1))}
        return told | ({"spark.driver.memory": memory} if memory else {})
    return told | ({"spark.executor.memory": memory} if memory else {})


def _mebibytes(memory: str | None) -> str | None:
    """A size as Spark writes it."""
    if memory is None:
        return None
    number, unit = re.fullmatch(r"([\d.]+) ?(\w+)", check_size(memory)).groups()  # type: ignore[union-attr]
    return f"{max(int(float(number) * _UNITS[unit]) >> 20, 1)}m"


def _check_spark() -> None:
    if find_spec("pyspark") is None:
        raise CreditScoreError("Spark is not installed", remedy="install it with: pip install 'credit_score[spark]'")


def _check_java() -> None:
    """Spark runs on the system's Java, of JAVA_HOME or on the path."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    version = _java_version(java) if java else None
    if version is None or version < LEAST_JAVA:
        found = f"this is Java {version}" if version else "none is found"
        where = f"JAVA_HOME {home}" if home else "the path"
        remedy = f"install openjdk-{LEAST_JAVA}-jre-headless, or set JAVA_HOME"
        raise CreditScoreError(f"Spark needs Java {LEAST_JAVA} or later, and {found}", where=where, remedy=remedy)


def _java_version(java: str) -> int | None:
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr  # noqa: S603 - the system's Java
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found[1]) if found else None


def _check_master(master: str) -> None:
    """A master of words that Spark knows, and that answers: Spark itself would wait a minute and tell it in many."""
    if _LOCAL.fullmatch(master) or master.startswith(("yarn", "k8s://")):
        return
    try:
        parts = urlsplit(master)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not master.startswith("spark://") or not host or not port:
        raise CreditScoreError(f"{master!r} is no Spark master", remedy="write it as spark://host:7077 or local[4]")
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        what = f"no Spark master answers: {error.strerror or error}"
        raise CreditScoreError(what, where=master, remedy="start it, or leave --master out") from None
