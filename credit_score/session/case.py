"""What a session is about: a run's cube, the rules of its day, and the policy in force as a draft to begin with."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from credit_score.errors import RunError
from credit_score.files import fingerprint
from credit_score.inspection.county import CountyCube
from credit_score.inspection.schedule import at_random_numbers
from credit_score.policy import Policy, RuleSet
from credit_score.report import RunFolder
from credit_score.report.run_folder import MANIFEST
from credit_score.session.state import Draft, matrix


@dataclass(frozen=True, eq=False)
class Case:
    """A run opened for a session; ``status`` as the run has it, ``run_hash`` the SHA-256 of its manifest."""

    cube: CountyCube
    policy: Policy = field(repr=False)
    rules: RuleSet = field(repr=False)
    status: str
    run_hash: str

    @classmethod
    def open(cls, path: Path | str) -> "Case":
        """A run folder. Raises RunError where it is none, is not whole, or its cube is not of its policy."""
        folder = RunFolder.open(path)
        policy, cube = folder.policy(), folder.cube()
        rules = policy.at(folder.manifest["as_of"])
        tiers, departments = [t.id for t in rules.tiers], [d.id for d in rules.model.inspection.departments]
        if list(cube.tiers) != tiers or list(cube.departments) != departments:
            what = "the county cube has other tiers or departments than the policy"
            raise RunError(what, where=str(path), remedy="run again")
        return cls(cube, policy, rules, folder.manifest["status"], fingerprint(folder.path / MANIFEST))

    @property
    def day(self) -> date:
        """The day of the run."""
        return self.rules.on

    @cached_property
    def in_force(self) -> Draft:
        """The cut-offs and the schedule of the day."""
        return draft_of(self.rules)

    def at(self, day: date) -> "Case":
        """The same run under the rules of another day, on which an amendment is to begin."""
        return replace(self, rules=self.policy.at(day))


def draft_of(rules: RuleSet) -> Draft:
    """The cut-offs and the schedule that rules hold."""
    departments = rules.model.inspection.departments
    planned = [[at_random_numbers(own, tier.id, rules) for own in departments] for tier in rules.tiers]
    numbers = {
        name: matrix(np.array([[cell[name] for cell in row] for row in planned], float))
        for name in ("ratio", "floor", "frequency")
    }
    cap = int(rules.figure(rules.model.inspection.cap).value)
    return Draft(rules.cutoffs, numbers["ratio"], numbers["floor"], numbers["frequency"], cap)
