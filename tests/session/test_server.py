"""What the page says where a cell fails, and what its server lets out of it."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from credit_score.errors import CreditScoreError
from credit_score.session import server

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", [CreditScoreError, *CreditScoreError.__subclasses__()])
def test_an_error_of_ours_is_told_as_it_is(kind):
    error = kind("is not whole", where="run", remedy="run again")
    output = {"ename": type(error).__name__, "evalue": str(error), "traceback": ["secret"]}
    assert server._fault(output, "en") == "run: is not whole; run again"


def test_of_any_other_error_only_its_kind_is_told():
    told = server._fault({"ename": "KeyError", "evalue": "'张三'", "traceback": []}, "zh")
    assert "KeyError" in told
    assert "张三" not in told


def test_nothing_may_be_loaded_from_elsewhere():
    assert server.POLICY.startswith("default-src 'self';")
    assert "http" not in server.POLICY
    assert "unsafe-eval" not in server.POLICY


def test_the_notebook_of_the_page_is_in_the_wheel(tmp_path):
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path)))
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
        carried = packed.read("credit_score/session/session.ipynb")
    assert carried == (ROOT / "notebooks" / "session.ipynb").read_bytes()
    assert {"credit_score/session/voila/index.html.j2", "credit_score/report/what_if.js"} <= names
