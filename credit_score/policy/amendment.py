"""An amendment as YAML: made of the numbers that change, and signed."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from credit_score.language import reference_in, say
from credit_score.policy.dated import DECISION
from credit_score.policy.loader import Policy
from credit_score.policy.merging import HEAD, head_of, is_dated
from credit_score.policy.places import id_of, node_at
from credit_score.policy.plain_yaml import WithoutAliases
from credit_score.policy.source import Source

Place = tuple[str, ...]
Person = Mapping[str, Any]
WIDTH = 10**6  # an entry stays on its line, as in the sections


def make_amendment(
    policy: Policy, since: date, changes: Mapping[Place, Any], *, author: Person, written: str, reason: str,
    signature: Person | None = None,
) -> str:  # fmt: skip
    """YAML of an amendment that changes numbers of a policy from a day on; a draft without ``signature``.

    ``changes``: where a number stands, as ``("inspection", "departments", "ecology", "ratio", "D")``, → its value in
    the units of the file, or None to repeal it. ``author``: name and office; ``written``: a moment as
    2026-11-29T15:00:00+08:00; ``signature``: name, office and signed_on. Each number has the basis ``decision`` and the
    reason as its reference. What it may say is judged by :func:`~credit_score.policy.amended`.
    """
    head = {
        "since": since, "author": dict(author), "written": written, "reason": reason, "amends": policy.fingerprint,
    }  # fmt: skip
    data: dict[str, Any] = {HEAD: head}
    for place, value in changes.items():
        ground = {"basis": DECISION, "reference": _reference(reason)}
        entry = None if value is None else {"value": getattr(value, "item", lambda v=value: v)()} | ground
        _put(data, policy.data, place, {since: entry})
    return with_head(_dumped(data), signature=signature)


def with_head(text: str, **fields: Any) -> str:
    """An amendment's YAML with fields of its head set, as when it is named or signed; None takes one out.

    Raises PolicyError.
    """
    source = Source(Path(HEAD), text.encode("utf-8", "surrogatepass"))
    told = {name: dict(field) if isinstance(field, Mapping) else field for name, field in fields.items()}
    head = {name: field for name, field in (head_of(source) | told).items() if field is not None}
    return _dumped(source.data | {HEAD: head})


def _put(tree: Any, held: Any, place: Iterable[str], entry: dict[date, Any]) -> None:
    """Set an entry in the tree of what changes, at a place whose lists are those of the policy."""
    part, *rest = place
    below = node_at(held, (part,))
    if isinstance(tree, list):
        if part not in map(id_of, tree):
            tree.append({"id": part})
        _put(next(rule for rule in tree if rule["id"] == part), below, rest, entry)
    elif rest:
        _put(tree.setdefault(part, [] if isinstance(below, list) else {}), below, rest, entry)
    else:
        tree[part] = entry


def _reference(reason: str) -> str:
    """The reason in both languages, ``中文 / English``; one that is in one language stands in both."""
    plain = " ".join(reason.split())
    halves = [say("amendment.reference", lang, reason=reference_in(plain, lang).replace(" / ", "/"))
              for lang in ("zh", "en")]  # fmt: skip
    return " / ".join(halves)


class _Lines(WithoutAliases):
    """Values by date, and persons, on one line each."""


def _mapping(dumper: yaml.SafeDumper, data: dict[Any, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=is_dated(data) or "office" in data)


_Lines.add_representer(dict, _mapping)


def _dumped(data: dict[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Lines, allow_unicode=True, sort_keys=False, width=WIDTH)
