"""What a dossier says, in one language: the same sections whatever file they are written to."""

from collections.abc import Iterator

import numpy as np

from credit_score.policy import compare
from credit_score.report.content import rules_cited
from credit_score.report.dossier import figures_of_year as year
from credit_score.report.dossier.blocks import Command, Live, Section, Table, Text
from credit_score.report.dossier.decision import Alternative, Decision, Totals
from credit_score.report.dossier.words import Words
from credit_score.report.number import exact, rounded, rounded_percent

FINGERPRINTS = {"run": "dossier.run", "policy": "dossier.policy_after", "chain": "dossier.chain"}

BESIDE = 4  # drafts in one table: a page of A4 holds no more


def sections(decision: Decision, lang: str) -> list[Section]:
    """The sections of a dossier. Raises PolicyError where cut-offs do not stand between bins of the cube."""
    words = Words(decision, lang)
    made = (
        _decision, _rules, year.tiers, year.load, year.found, year.burden, _alternatives, year.swings, _try, _sources,
        _verify,
    )  # fmt: skip
    return [section(words) for section in made]


def _decision(words: Words) -> Section:
    """Who decides what, from when and why; and what a year becomes."""
    decision, say = words.decision, words.say
    signed = words.person(decision.signer) + (f" {decision.signed_on}" if decision.signed_on else "")
    facts = [
        [say("dossier.policy"), getattr(decision.after.about.label, words.lang)],
        [say("dossier.since"), str(decision.since)],
        [say("dossier.author"), f"{words.person(decision.author)} {decision.written}"],
        [say("dossier.signer"), signed], [say("dossier.reason"), decision.reason], [say("status"), words.status],
    ]  # fmt: skip
    texts = [*year.interval_note(words), Text(say("dossier.sign_by_hand"), "paper"), Text(say("internal"), "note")]
    return Section("decision", say("dossier.decision"), [Table(facts, [], (20, 80), (0, 1)), _totals(words), *texts])


def _totals(words: Words) -> Table:
    """A year before and after, in figures."""
    was, now = Totals.of(words.decision.as_was), Totals.of(words.decision.as_decided)
    rows = [
        _changed(words, "kpi.visits", was.visits, now.visits),
        _changed(words, "dossier.days_in_all", was.days, now.days),
        _changed(words, "dossier.found_word", was.found, now.found, "detections"),
        _changed(words, "dossier.missed_word", was.undetected, now.undetected, "undetected"),
        [words.say("kpi.county_share"), rounded_percent(was.county_share), rounded_percent(now.county_share),
         f"{(now.county_share - was.county_share) * 100:+.1f} {words.say('dossier.percentage_points')}"],
        [words.say("kpi.overloaded"), *map(str, (was.overloaded, now.overloaded)),
         f"{now.overloaded - was.overloaded:+d}"],
        *([told, "–", words.chance(words.decision.better, which), ""] for which, told in _better(words)),
    ]  # fmt: skip
    head = ("dossier.figure_of_year", "dossier.before", "dossier.after", "dossier.change")
    return Table(rows, [words.say(h) for h in head])


def _better(words: Words) -> Iterator[tuple[str, str]]:
    """The two ways in which a plan may be better, and their names."""
    yield "as_it_stands", words.say("dossier.p_better")
    yield "same_days", words.say("dossier.p_same_days")


def _changed(words: Words, key: str, was: float, now: float, band: str = "") -> list[str]:
    ends = year.ends_of(words, band) if band else year.NO_ENDS
    change = f"{now - was:+,.1f}" if np.isfinite(now - was) else "–"
    gain = (words.decision.better or {}).get("gain") if band == "detections" else None
    if gain:
        span = {end: f"{gain[end]:+,.1f}" for end in ("low", "high")}
        change = words.say("dossier.with_interval", value=change, **span)
    return [words.say(key), rounded(was, 1), words.between(now, ends), change]


def _rules(words: Words) -> Section:
    """Every number that changes, old and new, with the ground of each."""
    changes = compare(words.decision.before, words.decision.after).to_dict("records")
    heading = words.say("dossier.rules")
    if not changes:
        return Section("rules", heading, [Text(words.say("dossier.no_change"))])
    rows = [[words.number(row["rule"], row["field"]), *_both_sides(words, row)] for row in changes]
    head = ("dossier.number_word", "dossier.before", "dossier.after", "dossier.ground_before", "dossier.ground_after")
    lead = Text(words.say("dossier.rules_lead", since=words.decision.since, n=len(rows)))
    return Section("rules", heading, [lead, Table(rows, [words.say(h) for h in head], (24, 12, 12, 26, 26), (0, 3, 4))])


def _both_sides(words: Words, row: dict[str, object]) -> list[str]:
    """Value before, value after, ground before, ground after, of a row of the comparison."""
    sides = [[row[f"{name}_{end}"] for name in ("value", "unit", "basis", "reference")] for end in ("before", "after")]
    plain = [["" if isinstance(x, float) and np.isnan(x) else x for x in side[1:]] for side in sides]
    was, now = (
        words.value(side[0], str(rest[0])) if rest[1] else words.common(rules, row)
        for rules, side, rest in zip((words.decision.before, words.decision.after), sides, plain, strict=True)
    )
    grounds = [words.ground(str(rest[1]), str(rest[2])) for rest in plain]
    return [was, now, *grounds]


def _alternatives(words: Words) -> Section:
    """What was weighed, side by side: the rules before, the decision, and the drafts beside it."""
    drafts, heading = words.decision.alternatives, words.say("dossier.alternatives")
    beside = [_side_by_side(words, drafts[i : i + BESIDE]) for i in range(0, max(len(drafts), 1), BESIDE)]
    return Section("alternatives", heading, [*_who(words), *beside, Text(words.say("dossier.p_better_note"), "note")])


def _side_by_side(words: Words, drafts: tuple[Alternative, ...]) -> Table:
    """The rules before, the decision and some drafts, no more than a page is wide."""
    decision = words.decision
    answers = [decision.as_was, decision.as_decided, *(a.answer(words.cube) for a in drafts)]
    heads = [words.say("dossier.before"), words.say("dossier.decided"), *(a.name for a in drafts)]
    totals = [Totals.of(answer) for answer in answers]
    rows = [
        [words.say("dossier.cutoffs"), *(" / ".join(exact(round(float(c), 3)) for c in a.cutoffs) for a in answers)]
    ]
    rows += [
        [words.say("dossier.ratio_of", tier=tier), *(year.ratios_of(a, k) for a in answers)]
        for k, tier in enumerate(words.cube.tiers)
    ]
    rows += list(_measures(words, totals))
    chances = [None, decision.better, *(a.better for a in drafts)]
    rows += [[told, *(words.chance(better, which) for better in chances)] for which, told in _better(words)]
    return Table(rows, [words.say("dossier.figure_of_year"), *heads])


def _who(words: Words) -> list[Text | Table]:
    """Who drew up which draft, and why."""
    drafts = words.decision.alternatives
    if not drafts:
        return [Text(words.say("dossier.no_alternatives"))]
    head = [words.say(key) for key in ("dossier.plan", "dossier.author", "dossier.reason")]
    table = Table([[a.name, a.author, a.reason] for a in drafts], head, (25, 20, 55), (0, 1, 2))
    return [Text(words.say("dossier.alternatives_lead")), table]


def _measures(words: Words, totals: list[Totals]) -> Iterator[list[str]]:
    """Rows of figures of a year, a column a plan."""
    plain = {"kpi.visits": "visits", "dossier.days_in_all": "days", "dossier.found_word": "found",
             "dossier.missed_word": "undetected"}  # fmt: skip
    for key, name in plain.items():
        yield [words.say(key), *(rounded(getattr(t, name), 1) for t in totals)]
    yield [words.say("kpi.county_share"), *(rounded_percent(t.county_share) for t in totals)]
    yield [words.say("kpi.overloaded"), *(str(t.overloaded) for t in totals)]


def _try(words: Words) -> Section:
    """The page that computes in the file itself."""
    there = words.decision.payload is not None
    key = "dossier.try_lead" if there else "dossier.try_none"
    paper = [Text(words.say("dossier.try_paper"), "paper"), Live()] if there else []
    return Section("try", words.say("dossier.try"), [Text(words.say(key), "screen" if there else "lead"), *paper])


def _sources(words: Words) -> Section:
    """Where every number comes from: rules by their ground, visits by department, the run."""
    cube, say = words.cube, words.say
    lead = say("dossier.sources_lead", firms=rounded(cube.n_firms), on=words.decision.day)
    head = [say("dossier.ground_word"), say("dossier.numbers_on_it")]
    blocks: list[Text | Table] = [Text(lead), Table(_grounds(words), head, (45, 55), (0, 1))]
    if cube.curve is not None:
        seen = zip(words.names("departments"), cube.curve.visits, cube.curve.found, strict=True)
        rows = [[name, rounded(visits), rounded(found)] for name, visits, found in seen]
        visits = [say(k) for k in ("column.department", "dossier.visits_behind", "dossier.found_behind")]
        blocks += [Text(say("dossier.visits_lead", since=cube.since, until=cube.until)), Table(rows, visits)]
    return Section("sources", say("dossier.sources"), [*blocks, Text(say("dossier.method"), "note")])


def _grounds(words: Words) -> list[list[str]]:
    """Numbers of tiers and of the schedule, those on one ground in one row."""
    grounds: dict[str, list[str]] = {}
    for row in rules_cited(words.decision.after):
        if row["rule"].split(":")[0] in ("tiers", "inspection"):
            value = words.value(row["value"], row["unit"])
            told = words.say("dossier.number_is", number=words.number(row["rule"], row["field"]), value=value)
            grounds.setdefault(words.ground(row["basis"], row["reference"]), []).append(told)
    return [[ground, words.say("dossier.list").join(told)] for ground, told in grounds.items()]


def _verify(words: Words) -> Section:
    """How anyone can check the file, the policy and the draw; what it is not."""
    say, marks = words.say, words.decision.fingerprints
    rows = [[say(key), marks[name]] for name, key in FINGERPRINTS.items() if name in marks]
    table = [Table(rows, [say("dossier.what"), "SHA-256"], (30, 70), (0, 1))] if rows else []
    commands = [
        Command(say("dossier.verify_file"), f"sha256sum dossier.{words.lang}.html"),
        Command(say("dossier.verify_file_windows"), f"certutil -hashfile dossier.{words.lang}.html SHA256"),
        Command(
            say("dossier.verify_decision"),
            "credit-score verify .",
        ),
        Command(say("dossier.verify_draw"), "credit-score verify-draw draw.csv"),
    ]
    ends = [Text(say(key), "note") for key in ("dossier.no_signature", "internal")]
    return Section("verify", say("dossier.verify"), [Text(say("dossier.verify_lead")), *table, *commands, *ends])
