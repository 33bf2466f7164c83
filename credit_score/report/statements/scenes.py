"""The scenes that are open to a person at a score, as the catalogue of scenes tells them."""

from credit_score.policy.dated import Figure
from credit_score.policy.scenes import Scene
from credit_score.report.number import points
from credit_score.report.statements.content import Row, Section
from credit_score.report.statements.parts import stripped
from credit_score.report.told import Told

COLUMNS = ("scene", "benefit", "provider", "from")


def open_scenes(told: Told, score_milli: int) -> Section | None:
    """The scenes open at a score in milli-points, with provider and rule; None where none is."""
    scenes = told.rules.model.scenes
    found = [(s, start) for s in (scenes.scenes if scenes else ()) if (start := _start(s, score_milli, told))]
    if not scenes or not found:
        return None
    providers = {p.id: told.label(p) for p in (*scenes.providers, *told.rules.about.units)}
    rows = [_row(scene, start, providers[scene.provider], told) for scene, start in found]
    headings = tuple(told.say(f"statement.{column}") for column in COLUMNS)
    return Section("scenes", told.say("statement.scenes"), headings=headings, rows=tuple(rows))


def _start(scene: Scene, score_milli: int, told: Told) -> Figure | None:
    """The score from which a scene is open to persons, where it is reached and the scene holds on the day."""
    needed, day = scene.eligibility.from_score, told.rules.on
    start = needed.at(day) if needed else None
    return start if start and scene.in_force.at(day) and score_milli >= start.value else None


def _row(scene: Scene, start: Figure, provider: str, told: Told) -> Row:
    benefit = str(getattr(scene.benefit, told.lang))
    cells = (told.label(scene), benefit, provider, told.say("statement.from_points", points=points(start.value)))
    return Row(cells, stripped(told.cite(f"scenes:scenes:{scene.id}:eligibility", [("from_score", start)])))
