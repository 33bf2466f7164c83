"""Writing YAML that the reader of rules takes: no aliases, Chinese as it is, a value by date on one line."""

from typing import Any

import yaml


class WithoutAliases(yaml.SafeDumper):
    """Equal values one by one: the reader refuses to point from one to another."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text; with signs that end a line in some scripts it stands in quotes that keep them."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


WithoutAliases.add_representer(str, _text)
