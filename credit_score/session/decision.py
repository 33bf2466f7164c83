"""A draft signed by a second person becomes a decision: a folder with the amended policy, the dossier and a manifest.

The names in it are recorded and chained; that is no electronic signature in the sense of the law.
"""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from credit_score import __version__
from credit_score.errors import PolicyError, RunError, VerificationError
from credit_score.files import TOOL, check_apart, fingerprints, whole_folder
from credit_score.policy import Policy, amended, load_policy, with_head
from credit_score.policy.amendment import Person
from credit_score.policy.loader import amendment_file
from credit_score.records.keeping.linked import Entry, digest, entry_hash
from credit_score.report.run_folder import MANIFEST
from credit_score.session.drafts import Drafts

KIND = "decision"


def sign(
    drafts: Drafts, name: str, *, signer: Person, signed_on: date, out: Path | str, run: str,
    attach: Callable[[Path], None],
) -> Path:  # fmt: skip
    """The folder of a decision, whole or not at all; then the history of the drafts tells of it.

    ``signer``: name and office of another person than the author; ``run``: the fingerprint of the run's manifest;
    ``attach`` writes the dossier into the folder. The folder holds the policy's files byte for byte with the signed
    amendment among them, and a manifest. Raises PolicyError where author and signer are one, RunError where something
    stands in the folder or cannot be written, VerificationError where the draft was changed by another hand.
    """
    target = Path(out)
    check_apart(target, [drafts.folder])
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RunError("something stands there", where=str(out), remedy="choose a new folder; no decision is replaced")
    text = with_head(drafts.read(name), signature=dict(signer) | {"signed_on": signed_on})
    policy = amended(drafts.policy, text)
    with whole_folder(target, replaces=MANIFEST) as folder:
        policy.save(folder / "policy")
        attach(folder)
        outputs = fingerprints(folder)
        entry = drafts.history.next(_entry(policy, run, outputs))
        told = {"tool": TOOL, "kind": KIND, "version": __version__, "run": run} | _claims(policy)
        told |= {"entry": entry, "outputs": outputs}
        (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    try:
        drafts.add(entry)
    except RunError:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def take_up(drafts: Drafts, decisions: Path) -> None:
    """Let the history tell of a decision that stands whole, and that a kill kept it from telling of.

    It is the one whose entry follows on the last; what does not verify is left as it is, and is no decision.
    """
    for folder in filter(is_decision, sorted(decisions.glob("*"))):
        entry = _manifest(folder)["entry"]
        if entry.get("previous") == drafts.history.last:
            with suppress(VerificationError, PolicyError):
                drafts.add(verify_decision(folder)["entry"])


def is_decision(folder: Path | str) -> bool:
    """Whether a folder says of itself that it is a decision."""
    try:
        told = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("tool") == TOOL and told.get("kind") == KIND


def verify_decision(folder: Path | str) -> dict[str, Any]:
    """What the manifest of a decision says, once everything in the folder bears it out.

    Files are held to their fingerprints, the amendment to the policy it amends, author and signer to being two, and
    the manifest to both; ``entry`` is the link of the drafts' history, held to its hash. Raises VerificationError, or
    PolicyError for a policy that cannot be read.
    """
    place = Path(folder)
    told = _manifest(place)
    _check_outputs(place, told["outputs"])
    policy = load_policy(place / "policy")
    if not policy.model.amendments:
        raise _refused("the policy has no amendment", place)
    for field, value in _claims(policy).items():
        if told.get(field) != value:
            raise _refused(f"the manifest says another {field} than the amended policy", place / MANIFEST)
    entry = told["entry"]
    own = _entry(policy, told["run"], told["outputs"])
    if entry.get("hash") != entry_hash(entry) or not own.items() <= entry.items():
        raise _refused("the link of the history is not of this decision", place / MANIFEST)
    return told


def _claims(policy: Policy) -> dict[str, Any]:
    """What a manifest says of an amended policy: its name and fingerprints, and the head of its last amendment."""
    *_, head = policy.model.amendments.values()
    fields = {"since", "author", "written", "reason", "signature"}
    after = {"name": policy.name, "before": head.amends, "after": policy.fingerprint}
    return {"policy": after, "draft": head.name} | head.model_dump(mode="json", include=fields)


def _entry(policy: Policy, run: str, outputs: dict[str, str]) -> Entry:
    """What the history tells of a decision; ``outputs`` by one hash of them all, which binds the dossier too."""
    *_, head = policy.model.amendments.values()
    told = head.model_dump(mode="json")
    return {
        "event": "signed", "name": head.name, "author": told["author"], "signer": told["signature"],
        "reason": head.reason, "time": told["signature"]["signed_on"], "run": run,
        "sha256": outputs[f"policy/{amendment_file(head.since)}"],
        "outputs": digest(json.dumps(outputs, sort_keys=True)),
    }  # fmt: skip


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if (
            told["tool"] != TOOL
            or told["kind"] != KIND
            or not (told["run"] and told["outputs"].keys() and told["entry"].keys())
        ):
            raise ValueError("no decision")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refused("holds no manifest of a decision", folder) from None
    return told


def _check_outputs(folder: Path, outputs: dict[str, str]) -> None:
    found = fingerprints(folder, without=[MANIFEST])
    odd = sorted(name for name in {*found, *outputs} if found.get(name) != outputs.get(name))
    if odd:
        state = "is missing" if odd[0] not in found else "was added" if odd[0] not in outputs else "was changed"
        raise _refused(f"{odd[0]} {state}", folder)


def _refused(what: str, where: Path) -> VerificationError:
    return VerificationError(what, where=str(where), remedy="it is not as it was signed; look for a copy")
