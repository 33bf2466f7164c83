"""From tiers to visits: the schedule, the draw, the workload, and who bears it."""

from credit_score.inspection.draw import draw_visits, sampling_frame
from credit_score.inspection.expected import expected_visits
from credit_score.inspection.frame import inspection_frame, with_own_tiers
from credit_score.inspection.schedule import county_share, make_schedule, with_drawn
from credit_score.inspection.verify import verify_draw
from credit_score.inspection.workload import burden, workload

__all__ = [
    "burden",
    "county_share",
    "draw_visits",
    "expected_visits",
    "inspection_frame",
    "make_schedule",
    "sampling_frame",
    "verify_draw",
    "with_drawn",
    "with_own_tiers",
    "workload",
]
