"""Reading policy YAML: duplicate keys refused, and every node remembers its line.

Plain YAML loaders keep the last of two equal keys silently; in a rule book that hides a rule. They also read 010 as 8,
1:30 as 90 and 1_0 as 10: such numbers are refused.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

from credit_score.errors import PolicyError

Location = tuple[str | int, ...]
# Whole numbers without a leading 0, and decimals.
_PLAIN = {"int": re.compile(r"[-+]?(0|[1-9][0-9]*)"), "float": re.compile(r"[^:_]*")}


class Source:
    """One YAML file as data, with the line of every key and item by its path.

    ``content``: its bytes where they are not, or not yet, in a file; else they are read.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self.path = path
        self.content = path.read_bytes() if content is None else content
        self.lines: dict[Location, int] = {}
        self._met: set[int] = set()
        try:
            node = _composed(self.content.decode("utf-8"))
            if node is None:
                raise PolicyError("the file is empty", where=str(path), remedy="write its section or remove the file")
            self._walk(node, ())
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise _unreadable(path, error) from None
        self.data = self._construct(node)

    def line(self, location: Location) -> int:
        """The line of a path, or of its nearest ancestor that stands in the file."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def where(self, location: Location) -> str:
        """File and line of a path, as refusals tell them."""
        return f"{self.path}, line {self.line(location)}"

    def _walk(self, node: yaml.Node, at: Location) -> None:
        if id(node) in self._met:
            raise PolicyError(
                "an alias (*) points here", where=self._at(node), remedy="write it out: every number has its own ground"
            )
        self._met.add(id(node))
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            self._walk_mapping(node, at)
        elif isinstance(node, yaml.SequenceNode):
            for i, child in enumerate(node.value):
                self._walk(child, (*at, i))
        else:
            self._construct(node)

    def _walk_mapping(self, node: yaml.MappingNode, at: Location) -> None:
        seen: dict[str, int] = {}
        for key_node, child in node.value:
            key, line = self._key(key_node), key_node.start_mark.line + 1
            if key in seen:
                raise PolicyError(
                    f"key {key!r} stands twice (first on line {seen[key]})",
                    where=self._at(key_node),
                    remedy="an amendment adds a date and never repeats one; remove or rename one of the two",
                )
            seen[key] = line
            self.lines[(*at, key)] = line
            self._walk(child, (*at, key))

    def _key(self, node: yaml.Node) -> str:
        """A key as text; dates in one way of writing, so that 2023-3-15 repeats 2023-03-15."""
        if not isinstance(node, yaml.ScalarNode):
            raise PolicyError("a key is a list or a mapping", where=self._at(node), remedy="write a name or a day")
        return str(self._construct(node))

    def _construct(self, node: yaml.Node) -> Any:
        plain = _PLAIN.get(node.tag.rpartition(":")[2])
        if plain and isinstance(node, yaml.ScalarNode) and not plain.fullmatch(node.value):
            remedy = "write it in decimal digits without a 0 before them, or in quotes if it is a text"
            raise PolicyError(f"{node.value!r} is not plainly a number", where=self._at(node), remedy=remedy)
        try:
            return yaml.constructor.SafeConstructor().construct_document(node)
        except (yaml.YAMLError, ValueError) as error:
            raise _unreadable(self.path, error, node) from None

    def _at(self, node: yaml.Node) -> str:
        return f"{self.path}, line {node.start_mark.line + 1}"


class _Loader(Composer, SafeLoader):
    """Nodes put together in Python of what libyaml's scanner reads, where it is there.

    Not by the composer in C: a text of many open brackets takes it beyond its stack, and the process with it.
    """

    def __init__(self, stream: str) -> None:
        SafeLoader.__init__(self, stream)
        Composer.__init__(self)


@lru_cache(maxsize=64)
def _composed(text: str) -> yaml.Node | None:
    """The nodes of a text, which are read and never changed: one command reads the same rules several times."""
    return yaml.compose(text, Loader=_Loader)


def _unreadable(path: Path, error: Exception, node: yaml.Node | None = None) -> PolicyError:
    mark = getattr(error, "problem_mark", None) or (node.start_mark if node else None)
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return PolicyError(f"not readable as YAML in UTF-8: {what}", where=where, remedy="mend the file")
