"""The register of posts: the leading group's office and its staff, and of each unit its leader and its liaison."""

from typing import TYPE_CHECKING

from credit_score.language import LANGUAGES, say
from credit_score.pilot.items import Item, Words, in_words
from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.office import Office

if TYPE_CHECKING:
    import pandas as pd

# Role of a post → the number of the rule that says how many are needed.
NEEDED = {"leader": "leaders", "liaison": "liaisons", "staff": "staff"}
COUNTS = ["leaders", "liaisons", "staff"]
COLUMNS = ["unit", "label_zh", "label_en", "is_office", *COUNTS, "missing_zh", "missing_en"]
Held = dict[tuple[str, str], int]


def office_table(standing: Standing, office: Office) -> "pd.DataFrame":
    """Who stands for each unit on the day, a row a unit in the policy's order, and who is missing, in words.

    ``leaders, liaisons, staff`` are counts of posts held on the day (``since`` ≤ day, ``until`` empty or later), empty
    where there is no register of posts: then ``missing`` says what it needs. Staff is asked of the office alone. Units
    of which nothing is asked are left out.
    """
    import pandas as pd

    held = posts_held(standing)
    rows = []
    for unit in (u for u in standing.rules.about.units if roles_of(u.id, standing.rules, office)):
        counts = [held.get((unit.id, role)) if held is not None else None for role in NEEDED]
        missing = _missing(unit.id, held, standing.rules, office)
        is_office = unit.id == standing.rules.value(office.unit)
        rows.append([unit.id, unit.label.zh, unit.label.en, is_office, *counts, *missing.values()])
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COUNTS, "Int64"))


def posts_held(standing: Standing) -> "Held | None":
    """Posts held on the day by unit and role, 0 where there are none; None where there is no register of them."""
    import ibis

    if not standing.has("posts"):
        return None
    posts, on = standing.records["posts"], ibis.date(standing.on)
    held = posts.filter(posts.since <= on, posts.until.isnull() | (posts.until > on))
    found = held.group_by("unit", "role").aggregate(n=held.count()).execute()
    counts = dict.fromkeys(((unit.id, role) for unit in standing.rules.about.units for role in NEEDED), 0)
    return counts | {(row.unit, row.role): int(row.n) for row in found.itertuples()}


def posts_lacking(unit: str, held: Held, rules: RuleSet, office: Office) -> dict[str, int]:
    """Role → how many posts a unit lacks on the day; roles that are filled, and those not in force, are left out."""
    needed = {role: rules.value(getattr(office, NEEDED[role])) or 0 for role in roles_of(unit, rules, office)}
    return {role: n - held[unit, role] for role, n in needed.items() if held[unit, role] < n}


def roles_of(unit: str, rules: RuleSet, office: Office) -> list[str]:
    """The roles that are asked of a unit: leader and liaison unless it is exempt, and staff of the office."""
    asked = [] if unit in office.exempt else ["leader", "liaison"]
    return [*asked, "staff"] if unit == rules.value(office.unit) else asked


def _missing(unit: str, held: "Held | None", rules: RuleSet, office: Office) -> Words:
    if held is None:
        return in_words("sheet.needs_posts")
    lacking = posts_lacking(unit, held, rules, office)
    return {lang: posts_in_words(lacking, lang) for lang in LANGUAGES}


def posts_in_words(lacking: dict[str, int], lang: str) -> str:
    """Posts that are lacking, in words; nothing where none is."""
    told = (say(f"post.{role}", lang, n=n) for role, n in lacking.items())
    return ("、" if lang == "zh" else ", ").join(told)


def post_items(standing: Standing, office: Office) -> list[Item]:
    """An item a unit that lacks somebody; the plan gives no day for it."""
    held = posts_held(standing)
    if held is None:
        return []
    ground = standing.rules.figure(office.leaders)
    found = []
    for unit in standing.rules.about.units:
        if lacking := posts_lacking(unit.id, held, standing.rules, office):
            named = {lang: posts_in_words(lacking, lang) for lang in LANGUAGES}
            found.append(Item(
                unit.id, "post", "posts", in_words("sheet.posts"),
                {lang: say("sheet.name_them", lang, who=named[lang]) for lang in LANGUAGES}, "open", "pilot:office",
                ground.basis, ground.reference,
            ))  # fmt: skip
    return found
