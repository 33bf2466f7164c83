"""The Python of the README runs as it stands, in both languages, on the samples that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")
@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_python_of_the_readme_runs(name, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 2
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    known = {}
    exec(compile("\n".join(blocks), name, "exec"), known)
    assert len(known["tiers"].cutoffs_) == 2
    assert known["best"].gap == 0
