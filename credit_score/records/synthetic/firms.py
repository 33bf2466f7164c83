"""Enterprises and the latent risk that drives everything that happens to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_score.records.synthetic.columns import coded, iso_days, serial
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.identifiers import enterprise_ids
from credit_score.records.synthetic.shape import (
    DEPARTMENTS,
    INDUSTRIES,
    LAST_DAY,
    LEGAL_FORMS,
    MEAN_LOG_ODDS,
    SD_LOG_ODDS,
    SECTORS,
    SIZE_LOG_ODDS,
    SIZE_SHARES,
    SIZES,
    TOWN_SHARES,
    TOWNS,
)
from credit_score.records.synthetic.streams import choose, choose_by_row

_SECTOR_LIST = tuple(SECTORS.values())
_SECTOR_LOG_ODDS = np.array([s.log_odds for s in _SECTOR_LIST])
_INDUSTRY_CODE = np.array([INDUSTRIES.index(s.industry) if s.industry else -1 for s in _SECTOR_LIST], dtype=np.int8)
_INDUSTRY_SHARE = np.array([s.industry_share for s in _SECTOR_LIST])
_FIRST_REGISTRATION = np.datetime64("2000-01-04")
_NAME_ENDINGS = ("有限公司", "专业合作社", "经营部")

# Which departments cover which sectors, shape (departments, sectors).
COVERS = np.array([[s in d.sectors for s in SECTORS] for d in DEPARTMENTS.values()])


@dataclass(frozen=True)
class Firms:
    """A block of n enterprises: integer codes, days and the latent risk, each of shape (n,).

    `risk` is the chance that a visit would meet a violation; `log_odds` is its logit, less the county's mean.
    """

    number: np.ndarray
    ids: pa.Array
    legal_form: np.ndarray
    sector: np.ndarray
    industry: np.ndarray
    size: np.ndarray
    town: np.ndarray
    registered: np.ndarray
    log_odds: np.ndarray

    @property
    def risk(self) -> np.ndarray:
        """Chance that a visit would meet a violation, in (0, 1)."""
        return 1 / (1 + np.exp(-(MEAN_LOG_ODDS + self.log_odds)))


def make_firms(rng: np.random.Generator, *, start: int, stop: int) -> Firms:
    """The enterprises numbered start … stop − 1."""
    n = stop - start
    number = np.arange(start, stop)
    sector = choose(rng, [s.share for s in _SECTOR_LIST], n)
    legal_form = choose_by_row(rng, np.array([s.forms for s in _SECTOR_LIST])[sector])
    size = choose_by_row(rng, np.array(SIZE_SHARES)[legal_form])
    in_industry = rng.random(n) < _INDUSTRY_SHARE[sector]
    return Firms(
        number=number,
        ids=enterprise_ids(number, legal_form),
        legal_form=legal_form,
        sector=sector,
        industry=np.where(in_industry, _INDUSTRY_CODE[sector], -1),
        size=size,
        town=choose(rng, TOWN_SHARES, n),
        registered=_registration_days(rng, n),
        log_odds=_SECTOR_LOG_ODDS[sector] + np.array(SIZE_LOG_ODDS)[size] + SD_LOG_ODDS * rng.standard_normal(n),
    )


def enterprises_table(firms: Firms) -> pa.Table:
    """The raw table `enterprises` of a block."""
    columns = {
        "enterprise_id": firms.ids,
        "name": _names(firms),
        "legal_form": coded(firms.legal_form, LEGAL_FORMS),
        "sector": coded(firms.sector, tuple(SECTORS)),
        "industry": coded(firms.industry, INDUSTRIES),
        "size": coded(firms.size, SIZES),
        "town": coded(firms.town, TOWNS),
        "registered_on": iso_days(firms.registered),
    }
    return pa.table(columns, schema=schema("enterprises"))


def firms_truth(firms: Firms) -> pa.Table:
    """What only a synthetic county knows: the risk of each enterprise."""
    return pa.table({"enterprise_id": firms.ids, "risk": np.round(firms.risk, 6)}, schema=schema("truth/enterprises"))


def _registration_days(rng: np.random.Generator, n: int) -> np.ndarray:
    """Working days of 2000 to June 2023, more of them recent."""
    span = (LAST_DAY - _FIRST_REGISTRATION).astype(int) - 5
    age = (rng.random(n) ** 1.6 * span).astype(np.int64)
    return np.busday_offset(LAST_DAY - age - 3, 0, roll="backward")


def _names(firms: Firms) -> pa.Array:
    stems = coded(firms.town, [town.removesuffix("镇") for town in TOWNS])
    words = coded(firms.sector, [s.word for s in _SECTOR_LIST])
    endings = coded(firms.legal_form, _NAME_ENDINGS)
    return pc.binary_join_element_wise(stems, words, serial("", firms.number + 1, width=7), "号", endings, "")
