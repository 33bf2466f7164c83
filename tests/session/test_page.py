"""The page of a session in a browser: it opens, asks nothing of the web, and says so when its kernel is gone."""

from http.client import HTTPConnection
from signal import SIGINT
from urllib.parse import urlsplit

import psutil
import pytest
from served import DRAWN, PATIENCE, kernels, serving

from credit_score.report.style import FONT

LOST = "#lost:not([hidden])"
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}


def status(server, path, headers=(), method="GET"):
    place = urlsplit(server.address)
    connection = HTTPConnection(place.hostname, place.port, timeout=PATIENCE / 1000)
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    told = answer.read().decode() if answer.status != 101 else ""
    connection.close()
    return answer.status, told


@pytest.mark.browser
def test_the_page_opens_without_a_request_to_the_web_or_a_complaint(page, server):
    page.wait_for_timeout(300)
    place = urlsplit(server.address).netloc
    assert len(page.requests) > 10
    assert {urlsplit(url.removeprefix("blob:")).netloc for url in page.requests} == {place}
    assert page.faults == []
    assert page.title() == "Calibration session"
    assert page.is_hidden("#lost")
    assert page.is_hidden("#loading")


@pytest.mark.browser
def test_a_script_that_is_no_file_does_not_run(page):
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.ran = true\">')")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = true'}))")
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None


@pytest.mark.thorough
@pytest.mark.browser
def test_a_kernel_that_dies_is_told_of_and_a_reload_goes_on(page, server):
    for kernel in kernels(server):
        kernel.kill()
    page.wait_for_selector(LOST)
    assert "nothing is lost" in page.inner_text("#lost p")
    page.evaluate("document.documentElement.lang = 'zh'")
    page.wait_for_selector("#lost >> text=重新载入")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(face => face.family.replaceAll('\"', '') + ' ' + face.status)") == [
        f"{FONT} loaded"
    ]
    page.click("#lost button")
    page.wait_for_selector(DRAWN)
    assert page.is_hidden("#lost")


@pytest.mark.thorough
@pytest.mark.browser
def test_a_page_that_is_reloaded_leaves_no_kernel_behind(page, server):
    before = kernels(server)
    page.reload()
    page.wait_for_selector(DRAWN)
    psutil.wait_procs(before, timeout=PATIENCE / 1000)
    after = kernels(server)
    assert len(before) == len(after) == 1
    assert before != after


@pytest.mark.thorough
@pytest.mark.browser
def test_a_run_that_is_damaged_while_it_is_served_is_told_in_one_line(visit, server):
    path = server.run / "cube.json"
    whole = path.read_bytes()
    path.write_bytes(b"")
    try:
        page = visit(server.address)
        line = page.inner_text(".fault")
    finally:
        path.write_bytes(whole)
    assert line.endswith("cube.json is not the file the run wrote; run again")
    assert "Traceback" not in page.content()


@pytest.mark.thorough
@pytest.mark.browser
def test_a_polite_kill_ends_server_and_kernels_and_the_page_says_so(visit, run_folder, tmp_path):
    with serving(run_folder, tmp_path / "drafts") as server:
        page = visit(server.address)
        page.wait_for_selector(DRAWN)
        left = kernels(server)
        server.terminate()
        _, said = server.communicate(timeout=PATIENCE / 1000)
        assert (server.returncode, said) == (0, "")
        assert len(left) == 1
        assert psutil.wait_procs(left, timeout=0)[1] == []
        page.wait_for_selector(LOST)
        assert "run credit-score session again" in page.inner_text("#lost p")


def test_a_wrong_or_missing_token_is_forbidden_and_sent_to_no_login(server):
    for path in ("/", "/?token=wrong", "/login", "/nothing", "/voila/files/a.png"):
        code, told = status(server, path)
        assert code == 403, path
        assert "credit-score session" in told
        assert "<form" not in told


def test_what_is_no_page_of_the_session_is_not_there(server):
    token = urlsplit(server.address).query
    for path in ("/nothing", "/session.ipynb", "/login", "/voila/files/session.ipynb", "/voila/render/session.ipynb"):
        code, told = status(server, f"{path}?{token}")
        assert code == 404, path
        assert "There is no such page." in told


def test_kernels_and_their_sockets_are_closed_without_the_token(server):
    kernel = "/api/kernels/01234567-0123-0123-0123-0123456789ab"
    for path in (kernel, f"{kernel}?token=wrong", f"{kernel}/channels"):
        assert status(server, path)[0] == 403
    assert status(server, f"{kernel}/channels?token=wrong", UPGRADE)[0] == 403
    for path in (kernel, kernel.replace("/api/kernels", "/voila/api/shutdown")):
        assert status(server, path, method="DELETE" if path == kernel else "POST")[0] == 403


def test_another_name_for_this_machine_is_forbidden(server):
    path = server.address.partition(urlsplit(server.address).netloc)[2]
    assert status(server, path, {"Host": "rebound.example.org"})[0] == 403


@pytest.mark.thorough
def test_ctrl_c_ends_the_server_and_the_next_has_another_token(server, run_folder, tmp_path):
    with serving(run_folder, tmp_path / "drafts") as other:
        other.send_signal(SIGINT)
        _, said = other.communicate(timeout=PATIENCE / 1000)
    assert (other.returncode, said) == (0, "")
    tokens = {urlsplit(each.address).query for each in (server, other)}
    assert len(tokens) == 2
    assert all(len(token) >= len("token=") + 32 for token in tokens)
