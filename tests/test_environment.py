"""environment.yml asks of conda-forge what pyproject.toml asks of the Python index."""

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ON_CONDA_FORGE = {
    "duckdb": "python-duckdb",
    "ibis-framework": "ibis-duckdb",  # the extra [duckdb] is a package of its own
    "matplotlib": "matplotlib-base",  # without a windowing toolkit
    "playwright": "playwright-python",
}
ONLY_BY_PIP = {"axe-playwright-python", "chinesecalendar"}


def declared():
    """What pyproject.toml asks for in core, lab and dev: {canonical name: Requirement}."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = map(Requirement, [*project["dependencies"], *extras["lab"], *extras["dev"]])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}, project


def listed():
    """What environment.yml asks for: from the channel, and by pip; {name: Requirement} each."""
    items = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(item["pip"] for item in items if isinstance(item, dict))
    channel = [item for item in items if isinstance(item, str) and item != "pip"]
    return tuple({r.name: r for r in map(Requirement, texts)} for texts in (channel, by_pip))


def test_conda_and_pip_name_the_same_libraries():
    wanted, _ = declared()
    channel, by_pip = listed()
    assert set(by_pip) == ONLY_BY_PIP
    assert set(channel) - {"python"} == {ON_CONDA_FORGE.get(name, name) for name in wanted if name not in ONLY_BY_PIP}


@pytest.mark.parametrize("name", declared()[0])
def test_conda_and_pip_agree_on_the_versions_of(name):
    wanted, _ = declared()
    channel, by_pip = listed()
    found = by_pip if name in ONLY_BY_PIP else channel
    assert found[ON_CONDA_FORGE.get(name, name)].specifier == wanted[name].specifier


def test_conda_and_pip_agree_on_python():
    _, project = declared()
    channel, _ = listed()
    assert str(channel["python"].specifier) == project["requires-python"]


def test_only_conda_forge_is_asked():
    channels = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["channels"]
    assert channels == ["conda-forge", "nodefaults"]
