"""Which run a session is about, where its drafts lie, and in which language: what the command hands to the page."""

import os
from dataclasses import dataclass
from pathlib import Path

from credit_score import __version__
from credit_score.errors import RunError
from credit_score.files import check_apart
from credit_score.language import LANGUAGES, Lang
from credit_score.report import RunFolder
from credit_score.report.run_folder import CUBE

NEEDED = (CUBE,)
RUN, DRAFTS, LANG = "CREDIT_SCORE_SESSION_RUN", "CREDIT_SCORE_SESSION_DRAFTS", "CREDIT_SCORE_SESSION_LANG"


@dataclass(frozen=True)
class Place:
    """A run folder, the folder of its drafts, and the language to begin in; paths are absolute."""

    run: Path
    drafts: Path
    lang: Lang = "zh"

    @classmethod
    def beside(cls, run: Path | str, drafts: Path | str | None = None, lang: Lang = "zh") -> "Place":
        """The place of a run; drafts lie beside it, in ``<run>.drafts``, unless a folder is given.

        Raises RunError where they would lie in the run folder, which a later run replaces whole.
        """
        folder = Path(run).resolve()
        place = cls(folder, Path(drafts or folder.with_name(f"{folder.name}.drafts")).resolve(), lang)
        check_apart(place.drafts, [folder])
        return place

    @property
    def decisions(self) -> Path:
        """The folder below which signed drafts become decisions, beside the run."""
        return self.run.with_name(f"{self.run.name}.decisions")

    @classmethod
    def from_environment(cls) -> "Place | None":
        """The place that ``credit-score session`` has set for this process; nothing where it did not start it."""
        if not (run := os.environ.get(RUN)):
            return None
        asked = os.environ.get(LANG)
        lang = next((each for each in LANGUAGES if each == asked), LANGUAGES[0])
        return cls.beside(run, os.environ.get(DRAFTS), lang)

    def variables(self) -> dict[str, str]:
        """The environment from which :meth:`from_environment` makes this place again."""
        return {RUN: str(self.run), DRAFTS: str(self.drafts), LANG: self.lang}

    def folder(self) -> RunFolder:
        """The run folder, with what a session reads of it held to the manifest. Raises RunError."""
        folder = RunFolder.open(self.run)
        if (version := folder.manifest.get("version")) != __version__:
            what = f"written by version {version}, and this is {__version__}"
            raise RunError(what, where=str(self.run), remedy="run again")
        for name in NEEDED:
            folder.file(name)
        folder.policy()
        return folder
