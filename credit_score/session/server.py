"""The server of a session's page: Voilà on the loopback, closed to whoever has not the token.

Only files of the libraries (scripts and styles, the same on every machine) are served without it.
"""

import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import Template404
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler
from traitlets.config import Config
from voila.app import Voila

from credit_score.errors import CreditScoreError, RunError
from credit_score.language import LANGUAGES, say
from credit_score.session.place import Place

HOST = "127.0.0.1"
OWN = Path(__file__).parent
NOTEBOOK = "session.ipynb"
WORDS = ("session.title", "session.loading", "session.kernel_lost", "session.server_lost", "session.reload")
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
CLOSED = ("/login", "/logout", "/voila/files/")  # doors of Voilà that this page does not need
# Nothing is loaded from elsewhere, and no script runs but those of files; the widget's module comes as a blob.
POLICY = "; ".join(
    [
        "default-src 'self'", "script-src 'self' blob:", "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:", "font-src 'self' data:", "object-src 'none'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    ]
)  # fmt: skip
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}


def listening(port: int) -> socket.socket:
    """A socket that listens on a port of the loopback; on a free one for 0. Raises RunError."""
    try:
        opened = socket.create_server((HOST, port))
    except OSError as error:
        what = f"port {port} cannot be used: {os.strerror(error.errno or 0).lower()}"
        raise RunError(what, where="--port", remedy="give another port, or none, and a free one is taken") from None
    opened.setblocking(False)
    return opened


def serve(place: Place, listener: socket.socket, announce: Callable[[str], None]) -> None:
    """Serve the page of a session until a signal stops it; its kernels are gone when this returns.

    ``announce`` is called with the address, token and all, once the page can be asked for.
    """
    os.environ.update(place.variables())
    level = logging.INFO if os.environ.get("CREDIT_SCORE_TRACE") else logging.CRITICAL
    logging.getLogger("tornado").setLevel(level)
    token = secrets.token_urlsafe(24)
    about = {"token": token, "notebook_path": str(_notebook()), "log_level": level}
    page = Page(listener, announce, config=_settings(place.lang), **about)
    page.initialize([])
    page.start()


def _notebook() -> Path:
    """The notebook as a wheel carries it, or that of the checkout."""
    carried = OWN / NOTEBOOK
    return carried if carried.is_file() else OWN.parents[1] / "notebooks" / NOTEBOOK


def _settings(lang: str) -> Config:
    words = {each: {key.removeprefix("session."): say(key, each) for key in WORDS} for each in LANGUAGES}
    return Config(
        {
            "Voila": {
                "config_file_paths": [], "identity_provider_class": TokenOnly,
                "tornado_settings": {
                    "headers": HEADERS, "allow_remote_access": False, "xsrf_cookie_kwargs": {"samesite": "Strict"},
                    "default_handler_class": Template404,
                },
            },
            "VoilaConfiguration": {
                "allow_template_override": "NO", "allow_theme_override": "NO", "extension_allowlist": EXTENSIONS,
                "page_config_hook": _without_the_web, "http_keep_alive_timeout": 3600,
                "show_tracebacks": True,  # the template shows a line of them, not Voilà's advice
                "resources": {"session": {"lang": lang, "words": words}},
            },
            "TokenOnly": {"cookie_options": {"samesite": "Strict"}},
            "VoilaExporter": {"filters": {"fault": lambda output: _fault(output, lang)}},
            # The kernel of this Python, whatever others are installed; one that dies is told of, not started again
            # without the state that the page has.
            "KernelSpecManager": {"kernel_dirs": []},
            # One whose browser is gone lets go of its drafts.
            "MappingKernelManager": {"cull_idle_timeout": 15, "cull_interval": 5},
            "KernelManager": {"transport_encryption": "auto"},
            "KernelRestarter": {"restart_limit": 0, "time_to_dead": 1.0},
        }
    )  # fmt: skip


def _signals() -> list[int]:
    """Signals that end the server; a closed terminal sends one too, where the system has it and nohup hides it not."""
    hangup = getattr(signal, "SIGHUP", None)
    heard = hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([hangup] if heard else [])]


def _without_the_web(page_config: dict[str, Any], **_: object) -> dict[str, Any]:
    return page_config | {"disabledExtensions": ["@jupyterlab/mathjax2-extension"]}


def _fault(output: dict[str, str], lang: str) -> str:
    """One line for an error of a cell: ours as it is, of any other only its kind, for its text can hold anything."""
    own = {"CreditScoreError"} | {kind.__name__ for kind in CreditScoreError.__subclasses__()}
    return output["evalue"] if output["ename"] in own else say("session.fault", lang, kind=output["ename"])


class TokenOnly(IdentityProvider):
    """Knows people by the token, or the cookie it earned them; refuses all others, and sends nobody to a login."""

    async def get_user(self, handler: RequestHandler) -> User:
        """The user of a request. Raises 403 where there is none."""
        handler.current_user = user = await self._get_user(handler)
        if user is None:
            raise HTTPError(403)
        _ = handler.xsrf_token  # sets the cookie with which a page that is closed may end its kernel
        return user


class Page(Voila):
    """Voilà with our template, on a socket that listens already, until a signal."""

    def __init__(self, listener: socket.socket, announce: Callable[[str], None], **traits: Any) -> None:
        super().__init__(**traits)
        self.listener, self.announce, self.ioloop = listener, announce, IOLoop.current()
        self.ip, self.port = listener.getsockname()

    def setup_template_dirs(self) -> None:
        super().setup_template_dirs()
        self.template_paths.insert(0, str(OWN / "voila"))
        self.static_paths[:0] = [str(OWN / "voila" / "static"), str(OWN.parent / "report" / "fonts")]

    def init_settings(self) -> dict[str, Any]:
        settings = super().init_settings()
        settings["jinja2_env"] = settings["voila_jinja2_env"]  # one page for errors, ours
        settings["jinja2_env"].globals["say"] = say
        return settings

    def init_handlers(self) -> list[Any]:
        *others, (_, *page) = super().init_handlers()  # the last takes whatever path the others leave
        return [*(handler for handler in others if not handler[0].startswith(CLOSED)), ("/()", *page)]

    def listen(self) -> None:
        server = HTTPServer(self.app)
        server.add_sockets([self.listener])
        for number in _signals():
            signal.signal(number, self._handle_signal_stop)
        self.announce(f"{self.connection_url}?token={self.token}")
        try:
            self.ioloop.start()
        finally:
            server.stop()
            self.stop()

    def _handle_signal_stop(self, sig: int, frame: FrameType | None) -> None:
        self.ioloop.asyncio_loop.call_soon_threadsafe(self.ioloop.stop)
