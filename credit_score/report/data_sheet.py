"""The data sheet of a published set: what it is, how small counts are protected, and what is open to whom is in it.

Both languages in one page in Markdown, Chinese first.
"""

from collections.abc import Iterable

from credit_score.language import LANGUAGES, reference_in, say, status_told
from credit_score.pilot.publication.cubes import CUBES
from credit_score.pilot.publication.part import limits
from credit_score.policy.publication import PublishedTable
from credit_score.report.published import PublishedSet

PARAGRAPHS = {
    "publish.protection": ("publish.small", "publish.rounded", "publish.more", "publish.exact"),
    "publish.audit": ("publish.reader", "publish.result", "publish.repeat"),
    "publish.limits": ("publish.all_others", "publish.no_tier", "publish.names", "publish.use"),
    "publish.wrong": ("publish.dispute",),
}


def data_sheet(made: PublishedSet) -> str:
    """The page as text."""
    return "\n\n---\n\n".join("\n\n".join(_page(made, lang)) for lang in LANGUAGES) + "\n"


def _page(made: PublishedSet, lang: str) -> list[str]:
    told, rules = made.run.manifest, made.rules
    about = {
        "on": told["as_of"], "known": told["as_known_on"], "policy": getattr(rules.about.label, lang),
        "status": status_told(told["status"], lang),
    }  # fmt: skip
    least, round_to = limits(rules)
    values = _values(made) | {"least": least, "round_to": round_to}
    lines = [f"# {say('publish.title', lang, **about)}", say("publish.what", lang, **about), about["status"]]
    lines += [f"## {say('publish.tables', lang)}", _tables(made, lang)]
    if made.missing:
        names = (say("publish.comma", lang)).join(getattr(t.label, lang) for t in made.missing)
        lines.append(say("publish.missing", lang, names=names))
    for heading, texts in PARAGRAPHS.items():
        lines.append(f"## {say(heading, lang)}")
        lines.append("\n".join(f"- {say(text, lang, **values)}" for text in texts))
    return lines


def _values(made: PublishedSet) -> dict[str, int]:
    """What the audit came to: counts of persons in all, those withheld, and the fewest values left of one."""
    rows = sum(len(frame) for table, frame in made.tables if table.of in CUBES)
    least = int(made.audit["possible"].min()) if len(made.audit) else 0
    return {"n": len(made.audit), "of": rows, "possible": least}


def _tables(made: PublishedSet, lang: str) -> str:
    headings = ("publish.file", "publish.content", "publish.rows", "publish.withheld", "publish.ground")
    lines = [_line(say(key, lang) for key in headings), _line("---" for _ in headings)]
    withheld = made.summary.set_index("table")["withheld"]
    for table, frame in made.tables:
        n = say("publish.none", lang) if table.of not in CUBES else str(withheld[table.id])
        content = say("publish.pair", lang, first=getattr(table.label, lang), second=getattr(table.purpose, lang))
        lines.append(_line((f"`{table.id}.csv`", content, str(len(frame)), n, _ground(made, table, lang))))
    return "\n".join(lines)


def _ground(made: PublishedSet, table: PublishedTable, lang: str) -> str:
    figure = made.rules.figure(table.in_force)
    basis = say(f"basis.{figure.basis}", lang)
    return say("publish.pair", lang, first=basis, second=reference_in(figure.reference, lang))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
