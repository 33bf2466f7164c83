"""Years ahead: how a schedule of tiered inspections changes load, violations and firms.

A scenario says what is assumed; four engines simulate the same model, from means to firms one by one; schedules are
compared at equal realised inspections and equal luck. An answer is as good as the assumptions of its scenario.
"""

from credit_score.simulation.compare import Comparison, compare
from credit_score.simulation.dynamic import BestTwoGroups, best_two_groups, two_group_table
from credit_score.simulation.parameter import Parameter, ScenarioError
from credit_score.simulation.result import SimulationResult
from credit_score.simulation.robust import Regret, regret, robust_schedule
from credit_score.simulation.scenario import Behaviour, Department, FirmType, Plan, Scenario, Shock
from credit_score.simulation.sensitivity import Sensitivity, sensitivity
from credit_score.simulation.simulate import simulate

__all__ = [
    "Behaviour",
    "BestTwoGroups",
    "Comparison",
    "Department",
    "FirmType",
    "Parameter",
    "Plan",
    "Regret",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "Shock",
    "SimulationResult",
    "best_two_groups",
    "compare",
    "regret",
    "robust_schedule",
    "sensitivity",
    "simulate",
    "two_group_table",
]
