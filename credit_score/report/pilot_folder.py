"""The pilot's folder beside a run: page, a sheet a unit, calendar and tables, whole or not at all."""

import json
from datetime import date
from pathlib import Path

from credit_score.files import TOOL, check_apart, fingerprints, whole_folder
from credit_score.pilot.calendar import as_icalendar
from credit_score.report.content import labels
from credit_score.report.pilot_page import pilot_pages
from credit_score.report.pilot_tables import pilot_tables_of
from credit_score.report.run_folder import RunFolder
from credit_score.sheet import write_csv

MARK = "pilot.json"


def save_pilot(run: RunFolder, out: Path | str, *, lang: str) -> list[str]:
    """Write ``pilot.html``, ``units/ID.html``, ``calendar.ics`` and ``tables/NAME.csv``; returns their names.

    ``lang``: of the calendar; pages hold both languages. Raises RunError where the folder cannot be written or holds
    something else, NotAvailable where the run has no sheets of units.
    """
    check_apart(Path(out), [run.path])
    with whole_folder(out, replaces=MARK) as folder:
        _write(run, folder, lang)
        outputs = fingerprints(folder)
        mark = {"tool": TOOL, "as_of": run.manifest["as_of"], "status": run.manifest["status"], "outputs": outputs}
        (folder / MARK).write_text(json.dumps(mark, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return sorted(outputs)


def _write(run: RunFolder, folder: Path, lang: str) -> None:
    for name, page in pilot_pages(run).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    tables, rules = pilot_tables_of(run), run.rules()
    (folder / "tables").mkdir()
    for name, table in tables.items():
        write_csv(table, folder / "tables" / f"{name}.csv")
    names = {unit: words[lang] for unit, words in labels(rules, "units").items()}
    stamped = date.fromisoformat(run.manifest["as_of"])
    file = as_icalendar(tables["calendar"], lang, of=rules.name, stamped=stamped, names=names)
    (folder / "calendar.ics").write_bytes(file)
