"""Where a session finds its run and its drafts, and which run folders it refuses."""

import json
import shutil

import pytest

from credit_score.errors import RunError
from credit_score.session.place import DRAFTS, LANG, NEEDED, RUN, Place


@pytest.fixture
def run(run_folder, tmp_path):
    """A run folder to change."""
    return shutil.copytree(run_folder, tmp_path / "run")


def test_drafts_lie_beside_the_run_unless_a_folder_is_given(tmp_path):
    assert Place.beside(tmp_path / "out").drafts == tmp_path.resolve() / "out.drafts"
    assert Place.beside(tmp_path / "out", tmp_path / "kept").drafts == tmp_path.resolve() / "kept"


@pytest.mark.parametrize("inside", [".", "drafts", "policy/drafts"])
def test_drafts_in_the_run_folder_are_refused(tmp_path, inside):
    with pytest.raises(RunError, match=r"lies in what is read from.*choose another place"):
        Place.beside(tmp_path / "out", tmp_path / "out" / inside)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_place_comes_back_from_the_environment_it_makes(tmp_path, monkeypatch, lang):
    place = Place.beside(tmp_path / "out", tmp_path / "kept", lang)
    assert set(place.variables()) == {RUN, DRAFTS, LANG}
    for name, value in place.variables().items():
        monkeypatch.setenv(name, value)
    assert Place.from_environment() == place


def test_without_a_run_in_the_environment_there_is_no_place(monkeypatch):
    monkeypatch.delenv(RUN, raising=False)
    assert Place.from_environment() is None


def test_a_whole_run_folder_opens(run):
    assert Place.beside(run).folder().manifest["policy"] == "gaoyang"


@pytest.mark.parametrize("name", [*NEEDED, "policy/tiers.yaml"])
def test_a_file_that_a_session_reads_and_that_was_altered_is_refused(run, name):
    with (run / name).open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(RunError, match=f"{name} is not the file the run wrote; run again"):
        Place.beside(run).folder()


def test_a_run_of_another_version_is_refused(run):
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"version": "0.0.9"}), "utf-8")
    with pytest.raises(RunError, match=r"written by version 0\.0\.9, and this is .*run again"):
        Place.beside(run).folder()
