"""Cases and pages of sessions: the run folder of the small county, opened once, and a server of its page."""

import shutil

import psutil
import pytest
from served import DRAWN, PATIENCE, kernels, serving

from credit_score.session.case import Case
from credit_score.session.state import State


@pytest.fixture(scope="session")
def case(run_folder):
    """The run of the small county as a session sees it; it is never changed."""
    return Case.open(run_folder)


@pytest.fixture
def state(case):
    """The state that a session begins with."""
    return State(case.in_force)


@pytest.fixture(scope="module")
def served_run(run_folder, tmp_path_factory):
    """The server's own copy of the run folder."""
    return shutil.copytree(run_folder, tmp_path_factory.mktemp("session") / "run")


@pytest.fixture(scope="module")
def server(served_run):
    """One server for all tests that do not end it; ``server.run`` is its run folder."""
    with serving(served_run, served_run.with_name("drafts")) as process:
        process.run = served_run
        yield process


@pytest.fixture
def visit(browser):
    """Opens an address in a page; ``page.requests`` lists what it asked for, ``page.faults`` what it complained of."""
    context = browser.new_context()

    def opened(address):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.requests, page.faults = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("websocket", lambda socket: page.requests.append(socket.url))
        page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(address)
        return page

    yield opened
    context.close()


@pytest.fixture
def page(visit, server):
    """The page, drawn; left as a person leaves it, so that its kernel lets go of the drafts before the next test."""
    page = visit(server.address)
    page.wait_for_selector(DRAWN)
    yield page
    left = kernels(server)
    page.goto("about:blank")
    psutil.wait_procs(left, timeout=PATIENCE / 1000)
