"""Reading policy YAML: duplicate keys refused, and every node remembers its line.

Plain YAML loaders keep the last of two equal keys silently; in a rule book that hides a rule.
"""

from pathlib import Path
from typing import Any

import yaml

from credit_score.errors import PolicyError

Location = tuple[str | int, ...]


class Source:
    """One YAML file as data, with the line of every key and item by its path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise _unreadable(path, error) from None
        if node is None:
            raise PolicyError("the file is empty", where=str(path), remedy="write its section or remove the file")
        self.lines: dict[Location, int] = {}
        self._walk(node, ())
        self.data = _construct(path, node)

    def line(self, location: Location) -> int:
        """The line of a path, or of its nearest ancestor that stands in the file."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def _walk(self, node: yaml.Node, at: Location) -> None:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            self._walk_mapping(node, at)
        elif isinstance(node, yaml.SequenceNode):
            for i, child in enumerate(node.value):
                self._walk(child, (*at, i))

    def _walk_mapping(self, node: yaml.MappingNode, at: Location) -> None:
        seen: dict[str, int] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise PolicyError(
                    f"key {key.value!r} stands twice (first on line {seen[key.value]})",
                    where=f"{self.path}, line {line}",
                    remedy="an amendment adds a date and never repeats one; remove or rename one of the two",
                )
            seen[key.value] = line
            self.lines[(*at, key.value)] = line
            self._walk(child, (*at, key.value))


def _construct(path: Path, node: yaml.Node) -> Any:
    try:
        return yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> PolicyError:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return PolicyError(f"not readable as YAML in UTF-8: {what}", where=where, remedy="mend the file")
