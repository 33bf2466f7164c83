"""The command ``finance``: the funnel of the platform, what a bank may see, and what its own rule would do to lines."""

import argparse
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, print_json, print_words
from credit_score.errors import PolicyError, RecordsError, RunError
from credit_score.language import say, status_told
from credit_score.told import LACKS, in_words, numbers, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet
    from credit_score.report import RunFolder

FUNNEL, GROUPS, BANKS, AUTHORISED, CELLS = (
    "finance_funnel", "finance_groups", "finance_banks", "authorised", "finance_cells",
)  # fmt: skip
NAMED = {
    "month": "finance.month", "step": "finance.step", "n": "finance.n", "of": "finance.of", "share": "finance.share",
    "target": "finance.target", "by": "finance.by", "group": "finance.group", "firms": "finance.firms",
    "platform": "finance.platform", "real_name": "finance.real_name", "authorised": "finance.authorised",
    "bank_id": "finance.bank", "name": "finance.name", "joined": "finance.joined",
    "enterprise_id": "finance.enterprise", "authorisation_id": "finance.authorisation", "given_on": "finance.given_on",
    "legal_form": "finance.legal_form", "sector": "finance.sector", "size": "finance.size",
    "registered_on": "finance.registered_on", "items": "finance.items", "disputed_items": "finance.disputed_items",
    "before": "finance.before", "after": "finance.after", "loss_before": "finance.loss_before",
    "loss_after": "finance.loss_after",
}  # fmt: skip
WORDS = {
    "platform": "finance.platform", "real_name": "finance.real_name", "authorised": "finance.authorised",
    "banks_joined": "finance.banks_joined", "legal_form": "finance.legal_form", "size": "finance.size",
    "company": "finance.company", "cooperative": "finance.cooperative", "sole_proprietor": "finance.sole_proprietor",
}  # fmt: skip
COUNTS = ("n", "of", "firms", "platform", "real_name", "authorised", "before", "after", "loss_before", "loss_after")
BY = {"tier": "finance.by_tier", "size": "finance.by_size"}


def finance(arguments: argparse.Namespace) -> None:
    """The funnel; with a bank its list, with a bank's rule the lines it would give."""
    from credit_score.report import RunFolder

    steps, run = Steps(quiet=arguments.quiet), RunFolder.open(arguments.run)
    rules = run.rules()
    _check(run, arguments.bank)
    told: dict[str, Any] = {}
    if arguments.rule:
        steps("trying the bank's rule")
        told = _lines(run, rules, arguments.rule, arguments.bank)
    elif arguments.bank:
        told = {"bank": arguments.bank, "firms": _list(run, arguments.bank)}
    else:
        names = (FUNNEL, *([GROUPS] if _holds(run, GROUPS) else []), BANKS)
        told = {name: _read(run, name) for name in names}
        told[FUNNEL] = told[FUNNEL].assign(target=_targets(run, told[FUNNEL]))
    if arguments.json:
        about = {"policy": rules.name, "as_of": rules.on, "status": run.manifest["status"]}
        print_json(about | {name: rows_of(t) if hasattr(t, "columns") else t for name, t in told.items()})
    else:
        print(status_told(run.manifest["status"], arguments.lang))
        _print(told, rules, arguments.lang)


def _read(run: "RunFolder", name: str) -> "pd.DataFrame":
    return numbers(run.table(f"pilot/{name}.csv").drop(columns="status"), [*COUNTS, "share"])


def _holds(run: "RunFolder", name: str) -> bool:
    return f"pilot/{name}.csv" in run.manifest["outputs"]


def _check(run: "RunFolder", bank: str | None) -> None:
    """Refuse a run without tables of finance, and a bank that is not listed or not on the platform."""
    if not _holds(run, FUNNEL):
        what = "the run holds nothing on finance"
        raise RunError(what, where=str(run.path), remedy="give banks, platform or authorisations to the records")
    if bank is None:
        return
    banks = run.table(f"pilot/{BANKS}.csv")
    known = ", ".join(sorted(banks["bank_id"]))
    own = banks[banks["bank_id"] == bank]
    if own.empty:
        raise RecordsError(f"unknown bank {bank!r}", where=str(run.path), remedy=f"known: {known or 'none'}")
    if str(own.iloc[0]["joined"]) != "True":
        what, remedy = f"bank {bank!r} has not joined the platform", "a bank sees firms through the platform alone"
        raise RecordsError(what, where=str(run.path), remedy=remedy)


def _list(run: "RunFolder", bank: str) -> "pd.DataFrame":
    from credit_score.pilot.finance import bank_list

    return bank_list(_read(run, AUTHORISED), bank).drop(columns="bank_id")


def _targets(run: "RunFolder", funnel: "pd.DataFrame") -> "list[str]":
    """The target of each row's step as the plan's indicators have it, in signs; empty where the run has none."""
    from credit_score.report.finance_figure import TARGETS

    if not _holds(run, "indicators"):
        return [""] * len(funnel)
    signs = {"at_least": "≥", "above": ">"}
    found = run.table("pilot/indicators.csv").set_index("indicator")
    shown = {i: f"{signs.get(str(row['comparison']), '')} {float(row['target']):.0%}" for i, row in found.iterrows()
             if i in TARGETS.values()}  # fmt: skip
    return [shown.get(TARGETS[step], "") for step in funnel["step"]]


def _lines(run: "RunFolder", rules: "RuleSet", path: str, bank: str | None) -> dict[str, Any]:
    """Lines by tier and by size under a bank's rule: of all firms, or of those that the bank may see."""
    from credit_score.pilot.credit_line import credit_lines, lines_by, load_bank_rule
    from credit_score.pilot.disclosure import least_count

    rule = load_bank_rule(path, [i.id for i in rules.model.enterprise.items])
    if (least := least_count(rules)) is None:
        remedy = "add publication.yaml to it"
        raise PolicyError(f"policy {rules.name!r} has no rule on small counts", remedy=remedy)
    cells = _read(run, CELLS) if bank is None else _own_cells(run, bank)
    lines = credit_lines(cells.assign(sole=cells["sole"].astype(str) == "True"), rule)
    enough = int(lines["firms"].sum()) >= least
    tables = {f"by_{by}": lines_by(lines, by, least) for by in BY}
    whole = {name: float(lines[name].sum()) for name in ("before", "after")} if enough else {}
    losses = {name: float(lines[name].sum()) for name in ("loss_before", "loss_after") if rule.tells_loss and enough}
    held, firms = int(lines["held"].sum()), int(lines["firms"].sum())
    return {
        **tables, "firms": firms if enough else None, "sums": whole | losses, "tells_loss": rule.tells_loss,
        "held": held if held >= least else None, "base_line": rule.base_line, "least": least,
    }  # fmt: skip


def _own_cells(run: "RunFolder", bank: str) -> "pd.DataFrame":
    """Cells of the firms that a bank may see, a row a firm; scores and tiers are the county's, not the bank's."""
    from credit_score.pilot.finance import SOLE

    own = _list(run, bank)
    tiers = run.table("tiers.parquet")[["subject", "score_milli", "tier"]]
    joined = own.merge(tiers, left_on="enterprise_id", right_on="subject")
    sole = joined["legal_form"] == SOLE
    return joined.assign(sole=sole, firms=1)[["score_milli", "tier", "size", "sole", "items", "firms"]]


def _print(told: dict[str, Any], rules: "RuleSet", lang: str) -> None:
    if "by_tier" in told:
        _print_lines(told, rules, lang)
    elif "bank" in told:
        print(say("finance.list_note", lang))
        _table("finance.list", told["firms"], rules, lang, bank=told["bank"])
    else:
        last = told[FUNNEL][told[FUNNEL]["on"] == told[FUNNEL]["on"].max()]
        _table("finance.funnel", last[["step", "n", "of", "share", "target"]], rules, lang, on=rules.on)
        _table("finance.months", _by_month(told[FUNNEL]), rules, lang)
        if GROUPS in told:
            _table("finance.groups", told[GROUPS], rules, lang)
        _table("finance.banks", told[BANKS], rules, lang)


def _by_month(funnel: "pd.DataFrame") -> "pd.DataFrame":
    """Shares of the steps of firms, a row a month."""
    steps = ["platform", "real_name", "authorised"]
    wide = funnel[funnel["step"].isin(steps)].pivot(index="month", columns="step", values="share").reset_index()
    shown = {s: wide[s].map("{:.1%}".format, na_action="ignore").fillna(LACKS) for s in steps}
    return wide[["month", *steps]].assign(**shown)


def _print_lines(told: dict[str, Any], rules: "RuleSet", lang: str) -> None:
    print(say("internal", lang))
    firms = say("small_cell", lang, least=told["least"]) if told["firms"] is None else f"{told['firms']:,}"
    print(say("finance.lines_note", lang, firms=firms, base=f"{told['base_line']:,.0f}"))
    for name, heading in BY.items():
        table = told[f"by_{name}"]
        shown = table if told["tells_loss"] else table.drop(columns=["loss_before", "loss_after"])
        _table(heading, shown, rules, lang)
    if told["sums"]:
        print(say("finance.sums", lang, **{n: f"{told['sums'][n]:,.0f}" for n in ("before", "after")}))
    print(say("finance.withheld", lang, least=told["least"]))
    print(say("finance.held", lang) if told["held"] is None else say("finance.held_n", lang, n=f"{told['held']:,}"))
    print(say("finance.loss_told" if told["tells_loss"] else "finance.loss_unknown", lang))


def _table(heading: str, table: "pd.DataFrame", rules: "RuleSet", lang: str, **values: object) -> None:
    about, items = rules.about, rules.model.enterprise.items
    labels = {n.id: str(getattr(n.label, lang)) for n in (*about.sizes, *about.sectors, *items)}
    columns = [c for c in ("group", "size", "sector", "items", "disputed_items") if c in table.columns]
    joint = say("explain.and", lang)
    named = {c: [joint.join(labels.get(i, i) for i in v.split(";")) for v in table[c].fillna("")] for c in columns}
    written = table.assign(**named)
    shown = in_words(written, lang, headings=NAMED, words=WORDS, shares=("share",), counts=COUNTS)
    print_words(heading, shown, lang, **values)
