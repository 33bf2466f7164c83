"""What must be there before Spark starts, told in one line where it is not."""

import subprocess
import sys

import pytest

from credit_score.engine import open_engine
from credit_score.errors import CreditScoreError


@pytest.fixture
def without_java(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_without_java_the_remedy_is_told(without_java):
    with pytest.raises(CreditScoreError, match="Spark needs Java 17 or later, and none is found; install openjdk-17"):
        open_engine("spark")


def test_a_java_home_that_is_none_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(CreditScoreError, match=f"JAVA_HOME {tmp_path}"):
        open_engine("spark")


def test_an_older_java_is_named(monkeypatch, tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(CreditScoreError, match="and this is Java 11"):
        open_engine("spark")


@pytest.mark.parametrize("master", ["local[0x]", "nowhere", "http://127.0.0.1:1", "spark://127.0.0.1", "spark://:x"])
def test_a_master_that_is_none_is_refused(master):
    with pytest.raises(CreditScoreError, match="is no Spark master; write it as spark://host:7077 or local"):
        open_engine("spark", master=master)


def test_a_master_that_does_not_answer_is_named_at_once():
    with pytest.raises(CreditScoreError, match=r"spark://127\.0\.0\.1:1: no Spark master answers: Connection refused"):
        open_engine("spark", master="spark://127.0.0.1:1")


def test_a_size_that_is_none_is_refused_before_anything_starts(without_java):
    with pytest.raises(CreditScoreError, match="memory 'much' is not a size"):
        open_engine("spark", memory="much")


def told(tmp_path, *words):
    """Exit code and stderr of a run with these words."""
    made = [sys.executable, "-m", "credit_score.cli", "run", str(tmp_path / "in"), "--as-of", "2023-06-30"]
    done = subprocess.run([*made, "--out", str(tmp_path / "out"), *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_the_command_tells_it_in_one_line(tmp_path):
    what = "spark://127.0.0.1:1: no Spark master answers: Connection refused; start it, or leave --master out"
    assert told(tmp_path, "--engine", "spark", "--master", "spark://127.0.0.1:1") == (1, f"credit-score: {what}\n")


def test_a_master_is_for_spark_alone(tmp_path):
    what = "--master is for --engine spark; add --engine spark, or leave --master out"
    assert told(tmp_path, "--master", "spark://h:1") == (1, f"credit-score: {what}\n")
