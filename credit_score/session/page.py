"""The page of a session: one widget, drawn by ``report/what_if.js``, with the view model behind it.

The module in the browser evaluates the county cube itself while a hand moves; what is settled comes here, and goes back
with limits, changes and drafts at once, and with intervals as soon as they are drawn.
"""

import atexit
import getpass
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from threading import Condition, Thread
from typing import Any

import anywidget
import traitlets

from credit_score.errors import CreditScoreError
from credit_score.report.what_if import module, payload, styles
from credit_score.session.case import Case
from credit_score.session.decision import take_up
from credit_score.session.dossier import write
from credit_score.session.drafts import Drafts
from credit_score.session.model import Command, Session
from credit_score.session.place import Place
from credit_score.session.state import Draft


class WhatIf(anywidget.AnyWidget):
    """What people see and move.

    ``payload``: all that does not change; ``settled``: what a command came to; ``bands``: its intervals, a little
    later, with the ``serial`` of what they are of. Commands come as messages; see :class:`Session`.
    """

    _esm = module()
    _css = styles()
    payload = traitlets.Dict().tag(sync=True)
    settled = traitlets.Dict().tag(sync=True)
    bands = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, session: Session) -> None:
        self.session = session
        super().__init__(payload=_payload(session), settled=session.told())
        self._asked = Condition()
        self._wanted: tuple[int, Any] | None = None
        self.on_msg(self._do)
        Thread(target=self._draw_bands, daemon=True).start()
        self._ask_for_bands()

    def _do(self, _: object, command: Command, buffers: object) -> None:
        self.session.do(command)
        self.settled = self.session.told()
        self._ask_for_bands()

    def _ask_for_bands(self) -> None:
        """Let the intervals of the state as it is now be drawn, in the place of any asked for before."""
        with self._asked:
            self._wanted = self.session.serial, self.session.state.draft
            self._asked.notify()

    def _draw_bands(self) -> None:
        """Draw what is wanted last, again and again, beside the thread that answers the page."""
        while True:
            with self._asked:
                self._asked.wait_for(lambda: self._wanted is not None)
                (serial, draft), self._wanted = self._wanted, None
            drawn = self._drawn(draft)
            self.bands = None if drawn is None else drawn | {"serial": serial}

    def _drawn(self, draft: Draft) -> dict[str, Any] | None:
        """The intervals of a draft; none where it has none, so that a later one still gets its own."""
        try:
            return self.session.bands(draft)
        except CreditScoreError:
            return None


def _payload(session: Session) -> dict[str, Any]:
    case = session.case
    state = session.state.told()
    return payload(case.cube, case.rules, asdict(case.in_force), state=state, status=case.status)


def open_session(place: Place) -> WhatIf:
    """The widget of a session about a run, which holds its drafts until this process ends.

    Raises RunError where the run folder is not whole, or another session is open on the same drafts, telling whose.
    """
    place.folder()
    case = Case.open(place.run)
    held = ExitStack()
    drafts = held.enter_context(Drafts.open(place.drafts, case.policy, getpass.getuser()))
    atexit.register(held.close)
    take_up(drafts, place.decisions)
    session = Session(case, drafts, decisions=place.decisions, clock=_now, dossier=write, lang=place.lang)
    return WhatIf(session)


def _now() -> datetime:
    return datetime.now().astimezone()
