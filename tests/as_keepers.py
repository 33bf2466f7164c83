"""A draw for use as bodies and keeper make it, for tests: seals, openings, and the files they leave."""

import csv
import json

from as_a_user import told

TASK = "2023 plan"
COURT = ("--body", "court", "--value", "4711", "--nonce", "abcdefghijklmnop")
PRESS = ("--body", "press", "--value", "0815", "--nonce", "ponmlkjihgfedcba")


def sealed(lot, *bodies, on="2023-07-02"):
    """Seals of bodies, taken into a lot."""
    for contribution in bodies:
        root = json.loads((lot / "record.jsonl").read_text(encoding="utf-8").splitlines()[0])["data"]["root"]
        seal = told("lot", "sealing", "--task", TASK, "--list-hash", root, *contribution)[1].strip()
        code, _, err = told("lot", "seal", lot, *contribution[:2], "--seal", seal, "--on", on)
        assert code == 0, err


def opened(lot, *bodies, on="2023-07-03"):
    """The seals of bodies opened."""
    for contribution in bodies:
        assert told("lot", "open", lot, *contribution, "--on", on)[0] == 0


def listed(path):
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def swap(path, old, new):
    """One text for another in a file."""
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
