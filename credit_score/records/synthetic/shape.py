"""The county's shape: its sectors, sizes, departments and dates, and in which shares.

Every share and rate here is an assumption made for demonstration, chosen so that the tiers come out
near published ones. Codes are those of the bundled policy; their order gives the integer codes used
inside this package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST_DAY = np.datetime64("2020-01-01")
FIRST_INSPECTION = np.datetime64("2021-01-01")
LAST_DAY = np.datetime64("2023-06-30")

TOWNS = tuple(f"虚构{stem}镇" for stem in "甲乙丙丁戊己庚辛")
TOWN_SHARES = (0.28, 0.15, 0.13, 0.12, 0.10, 0.09, 0.07, 0.06)
VILLAGES_PER_TOWN = 20

LEGAL_FORMS = ("company", "cooperative", "sole_proprietor")
SIZES = ("micro", "small", "medium", "large")
INDUSTRIES = ("food_production", "food_retail", "food_service")


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A sector of the county.

    share : of all firms.
    word : in the names of its firms.
    forms : shares of company, cooperative and sole proprietor.
    industry, industry_share : the food industry that part of it is, and which part.
    log_odds : how much riskier than average it is.
    """

    share: float
    word: str
    forms: tuple[float, float, float]
    industry: str | None = None
    industry_share: float = 0.0
    log_odds: float = 0.0


SECTORS = {
    "textiles": Sector(share=0.28, word="纺织", forms=(0.45, 0.00, 0.55), log_odds=0.10),
    "farm_products": Sector(
        share=0.12, word="农产品", forms=(0.25, 0.25, 0.50), industry="food_production", industry_share=0.25
    ),
    "leisure_farming": Sector(
        share=0.03, word="休闲农业", forms=(0.30, 0.30, 0.40), industry="food_service", industry_share=0.40
    ),
    "farm_machinery_parts": Sector(share=0.08, word="农机配件", forms=(0.50, 0.00, 0.50), log_odds=-0.10),
    "food_service": Sector(
        share=0.10, word="餐饮", forms=(0.10, 0.00, 0.90), industry="food_service", industry_share=1.0, log_odds=0.25
    ),
    "retail": Sector(
        share=0.19, word="零售", forms=(0.15, 0.00, 0.85), industry="food_retail", industry_share=0.30, log_odds=-0.20
    ),
    "construction": Sector(share=0.05, word="建筑", forms=(0.80, 0.00, 0.20), log_odds=0.40),
    "transport": Sector(share=0.06, word="运输", forms=(0.35, 0.00, 0.65), log_odds=0.15),
    "other": Sector(share=0.09, word="服务", forms=(0.35, 0.00, 0.65), log_odds=-0.25),
}

# Rows: company, cooperative, sole proprietor. Columns: micro, small, medium, large.
SIZE_SHARES = ((0.62, 0.29, 0.07, 0.02), (0.80, 0.17, 0.03, 0.00), (0.97, 0.03, 0.00, 0.00))
SIZE_LOG_ODDS = (0.05, 0.00, -0.20, -0.40)

# Latent risk: the chance that a visit would meet a violation; logistic of a normal.
MEAN_LOG_ODDS = -1.10
SD_LOG_ODDS = 1.10

ALL_SECTORS = tuple(SECTORS)


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department that inspects.

    sectors : those it covers.
    days_per_visit : inspector-days.
    past_ratio : share of its firms it drew at random a year.
    load : share of its staff's days that the bundled schedule is to take; above 1 is more than there are.
    """

    sectors: tuple[str, ...]
    days_per_visit: float
    past_ratio: float
    load: float


DEPARTMENTS = {
    "market_supervision": Department(sectors=ALL_SECTORS, days_per_visit=1.0, past_ratio=0.05, load=0.80),
    "ecology": Department(
        sectors=("textiles", "farm_products", "farm_machinery_parts", "construction"),
        days_per_visit=1.5,
        past_ratio=0.04,
        load=0.75,
    ),
    "emergency": Department(
        sectors=("textiles", "farm_machinery_parts", "construction", "transport"),
        days_per_visit=1.5,
        past_ratio=0.04,
        load=1.10,
    ),
    "housing": Department(sectors=("construction",), days_per_visit=2.0, past_ratio=0.08, load=0.60),
    "agriculture": Department(
        sectors=("farm_products", "leisure_farming"), days_per_visit=1.0, past_ratio=0.05, load=0.70
    ),
    "health": Department(sectors=("food_service", "leisure_farming"), days_per_visit=1.0, past_ratio=0.06, load=0.65),
    "human_resources": Department(sectors=ALL_SECTORS, days_per_visit=0.5, past_ratio=0.03, load=0.80),
    "fire": Department(
        sectors=("textiles", "food_service", "retail", "leisure_farming"),
        days_per_visit=1.0,
        past_ratio=0.05,
        load=0.55,
    ),
}
