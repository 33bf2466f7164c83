"""Years ahead: how a schedule of tiered inspections changes load, violations and firms.

A scenario says what is assumed; four engines simulate the same model, from means to firms one by one; schedules are
compared at equal realised inspections and equal luck. An answer is as good as the assumptions of its scenario.
"""

from credit_score.simulation.parameter import Parameter, ScenarioError
from credit_score.simulation.result import SimulationResult
from credit_score.simulation.scenario import Behaviour, Department, FirmType, Plan, Scenario, Shock
from credit_score.simulation.simulate import simulate

__all__ = [
    "Behaviour",
    "Department",
    "FirmType",
    "Parameter",
    "Plan",
    "Scenario",
    "ScenarioError",
    "Shock",
    "SimulationResult",
    "simulate",
]
