"""The page of a session: one widget, drawn by ``report/what_if.js``, with Python behind it."""

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from credit_score.session.place import Place

MODULE = files("credit_score.report").joinpath("what_if.js").read_text(encoding="utf-8")


class WhatIf(anywidget.AnyWidget):
    """What a person sees and moves.

    The module's ``render({model, el})`` draws the state; its messages come to Python and answers go back to it.
    """

    _esm = MODULE
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(state=state)
        self.on_msg(self._answer)

    def _answer(self, _: object, message: dict[str, Any], buffers: object) -> None:
        self.send({"echo": message["say"]})


def open_session(place: Place) -> WhatIf:
    """The widget of a session about a run. Raises RunError where the run folder is not whole."""
    manifest = place.folder().manifest
    return WhatIf(
        {"lang": place.lang, "policy": manifest["policy"], "firms": manifest["rows"]["enterprises"]["accepted"]}
    )
