"""``credit-score session``: what it refuses before it serves anything, and the county it makes where none is given."""

import shutil
import socket

import pytest
from as_a_user import refused, told

from credit_score import commands_session
from credit_score.session import server


@pytest.fixture
def served(monkeypatch):
    """What would be served, as (place, port), with nothing served."""
    seen = []

    def instead(place, listener, announce):
        seen.append((place, listener.getsockname()[1]))
        announce("http://127.0.0.1:1/?token=t")

    monkeypatch.setattr(server, "serve", instead)
    return seen


@pytest.fixture
def opened(monkeypatch):
    """Addresses for which a browser would be opened."""
    seen = []
    monkeypatch.setattr(commands_session.webbrowser, "open", seen.append)
    return seen


def test_a_folder_that_is_none_or_empty_is_refused(tmp_path, served):
    refused("no such run folder", "session", tmp_path / "none")
    refused("holds no manifest.json", "session", tmp_path)
    assert served == []


def test_a_port_in_use_is_refused_at_once_by_its_number(run_folder, served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(f"port {port} cannot be used", "session", run_folder, "--port", port)
    assert "in use" in line
    assert line.endswith("give another port, or none, and a free one is taken")
    assert served == []


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "８０"])
def test_what_is_no_port_is_a_wrong_use(run_folder, port):
    code, out, err = told("session", run_folder, f"--port={port}")
    assert (code, out) == (2, "")
    assert "is no port from 1 to 65535" in err


def test_without_the_libraries_of_the_page_it_says_what_to_install(run_folder, monkeypatch, served):
    monkeypatch.setattr(commands_session, "LAB", ("voila", "no_such_library"))
    line = refused("the page needs no_such_library", "session", run_folder)
    assert "python -m pip install 'credit_score[lab]'" in line


def test_the_address_is_printed_and_a_browser_opened_unless_told_not_to(run_folder, served, opened, tmp_path):
    drafts = tmp_path / "kept"
    code, out, err = told("session", run_folder, "--drafts", drafts, "--lang", "en")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "http://127.0.0.1:1/?token=t"
    assert str(drafts) in out
    told("session", run_folder, "--no-browser")
    assert opened == ["http://127.0.0.1:1/?token=t"]
    assert [place.lang for place, _ in served] == ["en", "zh"]
    assert served[0][0].drafts == drafts.resolve()


def test_without_a_run_a_demonstration_county_is_made_once_and_said(tmp_path, run_folder, monkeypatch, served):
    made = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands_session, "make_demo", lambda out, _: made.append(shutil.copytree(run_folder, out)))
    run = tmp_path / "credit-score-demo"
    for _ in range(2):
        code, out, _ = told("session", "--no-browser", "--lang", "en", "--quiet")
        assert code == 0
        assert f"a demonstration county of synthetic data, {run}" in out
    assert made == [str(run)]
    assert [place.run for place, _ in served] == [run, run]


def test_a_demonstration_county_that_is_damaged_is_refused(tmp_path, run_folder, monkeypatch, served):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run_folder, "credit-score-demo")
    (tmp_path / "credit-score-demo" / "cube.json").unlink()
    code, _, err = told("session", "--no-browser")
    assert code == 1
    assert err.endswith("cube.json is missing; run again\n")
    assert served == []
