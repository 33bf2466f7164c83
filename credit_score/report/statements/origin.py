"""By what a run is known, whatever was lawfully deleted from it since: the fingerprint of its first manifest."""

import json
from hashlib import sha256
from typing import Any


def run_fingerprint(manifest: dict[str, Any]) -> str:
    """The SHA-256 of a manifest as the run wrote it: a deletion in the run folder since leaves it as it was.

    Each entry of a deletion names the files it rewrote with their fingerprints before; those of the first deletion
    are the run's own.
    """
    entries = manifest.get("deleted", [])
    before = {name: told["before"] for entry in reversed(entries) for name, told in entry["files"].items()}
    first = {"outputs": manifest["outputs"] | before, "deleted": [entry for entry in entries if not entry["files"]]}
    text = json.dumps(manifest | first, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()
