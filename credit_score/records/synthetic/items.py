"""What can be recorded, of which catalogue kind, by whom, how often, and how that depends on the firm's risk."""

from __future__ import annotations

from typing import NamedTuple

REGISTRATION = "登记注册基本信息"
JUSTICE = "司法裁判及执行信息"
ADMINISTRATION = "行政管理信息"
PROFESSION = "职称和职业信息"
ABNORMAL = "经营(活动)异常名录(状态)信息"
DISHONESTY = "严重失信主体名单信息"
CONTRACT = "合同履行信息"
COMMITMENT = "信用承诺及履行情况信息"
RATING = "信用评价结果信息"
COMPLIANCE = "遵守法律法规情况信息"
HONOUR = "诚实守信相关荣誉信息"

SUPERVISOR = ""  # in place of a unit: one of the departments that cover the firm's sector


class Item(NamedTuple):
    """An item: its catalogue kind, who reports it, and how often.

    rate : records a subject and year at average risk.
    slope : of the log rate in the log odds of a violation (for persons: in their civic activity).
    """

    id: str
    kind: str
    unit: str
    rate: float
    slope: float


ENTERPRISE_ITEMS = (
    Item("compliance.penalty_minor", ADMINISTRATION, SUPERVISOR, 0.110, 0.6),
    Item("compliance.penalty_general", ADMINISTRATION, SUPERVISOR, 0.017, 0.9),
    Item("compliance.penalty_serious", ADMINISTRATION, SUPERVISOR, 0.0028, 1.0),
    Item("compliance.abnormal_list", ABNORMAL, "market_supervision", 0.0075, 0.8),
    Item("justice.judgment_unperformed", JUSTICE, "court", 0.0055, 0.9),
    Item("justice.serious_dishonesty", DISHONESTY, "court", 0.0009, 1.0),
    Item("commitment.kept", COMMITMENT, "administrative_approval", 0.35, -0.3),
    Item("commitment.broken", COMMITMENT, SUPERVISOR, 0.021, 0.7),
    Item("contract.fulfilled", CONTRACT, "administrative_approval", 0.25, -0.2),
    Item("contract.breached", CONTRACT, "administrative_approval", 0.050, 0.6),
    Item("honour.county", HONOUR, "publicity", 0.025, -0.4),
    Item("honour.municipal", HONOUR, "publicity", 0.008, -0.4),
    Item("tax.a_rating", RATING, "tax", 0.06, -0.4),
    Item("licence.granted", ADMINISTRATION, "administrative_approval", 0.15, 0.0),
    Item("rating.industry_review", RATING, SUPERVISOR, 0.05, 0.0),
    Item("law.training_attended", COMPLIANCE, SUPERVISOR, 0.06, -0.2),
    Item("justice.case_closed", JUSTICE, "court", 0.01, 0.3),
)
PROBLEM_FOUND = Item("inspection.problem_found", ADMINISTRATION, SUPERVISOR, 0.0, 0.0)
CLEAN = Item("inspection.clean", ADMINISTRATION, SUPERVISOR, 0.0, 0.0)
ENTRY = Item("register.entry", REGISTRATION, "administrative_approval", 0.0, 0.0)

PERSON_ITEMS = (
    Item("honesty.honour_national", HONOUR, "publicity", 0.0005, 1.0),
    Item("honesty.honour_provincial", HONOUR, "publicity", 0.002, 1.0),
    Item("honesty.honour_municipal", HONOUR, "publicity", 0.008, 1.0),
    Item("honesty.honour_county", HONOUR, "town_government", 0.03, 1.0),
    Item("commitment.kept", COMMITMENT, "town_government", 0.20, 0.8),
    Item("contract.fulfilled", CONTRACT, "town_government", 0.15, 0.5),
    Item("service.volunteer_honour", HONOUR, "civil_affairs", 0.12, 1.0),
    Item("profession.title", PROFESSION, "human_resources", 0.02, 0.3),
)
