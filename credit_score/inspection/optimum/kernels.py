"""The loops of the optimal schedule, compiled: the best ratios for a price of days, and the search for cut-offs.

A *cell* is a tier in a department. Its loss at the inspection ratio r, with v expected violations, sensitivity d and
deterrence β, is convex in r:

- ``MISSED``: v (1 − d r), violations that no visit finds, if nobody responds to visits;
- ``VIOLATIONS``: v exp(−β r), if firms do;
- ``UNDETECTED``: v exp(−β r) (1 − d r).

At a price λ of a day the best ratio of a cell of c days is where the slope of its loss is λ c, within its bounds.
"""

import numpy as np
from numba import njit

from credit_score.inspection.cube.kernels import BAD, ROWS

MISSED, VIOLATIONS, UNDETECTED = 0, 1, 2
BUDGET, RISK = 0, 1
VIOLATED, COST, SEEN, LOW, HIGH = 0, 1, 2, 3, 4  # rows of the cells
NEVER = -np.inf
STEPS = 100
SLACK = 1e-12


@njit(cache=True, nogil=True)
def loss(kind, beta, bad, seen, r):
    """The loss of a cell at a ratio."""
    if kind == MISSED:
        return bad * (1 - seen * r)
    left = bad * np.exp(-beta * r)
    return left if kind == VIOLATIONS else left * (1 - seen * r)


@njit(cache=True, nogil=True)
def slope(kind, beta, bad, seen, r):
    """How fast the loss of a cell falls at a ratio, ≥ 0."""
    if kind == MISSED:
        return bad * seen
    left = bad * np.exp(-beta * r)
    return beta * left if kind == VIOLATIONS else left * (beta * (1 - seen * r) + seen)


@njit(cache=True, nogil=True)
def ratio_at(kind, beta, bad, seen, low, high, charge):
    """The ratio of the least loss + charge × ratio, within bounds; where nothing is to be gained, the lower."""
    if bad <= 0:
        return low
    if kind == MISSED:
        return high if bad * seen > charge else low
    if charge <= 0 or slope(kind, beta, bad, seen, high) >= charge:
        return high
    if kind == VIOLATIONS:
        return max(np.log(beta * bad / charge) / beta, low)
    if slope(kind, beta, bad, seen, low) <= charge:
        return low
    # ln of the slope is concave and falls: from the upper bound Newton's steps never pass the root.
    wanted, r = np.log(charge / bad), high
    for _ in range(STEPS):
        m = beta * (1 - seen * r) + seen
        step = (np.log(m) - beta * r - wanted) / (beta + beta * seen / m)
        r += step
        if step >= -1e-16:
            break
    return min(max(r, low), high)


@njit(cache=True, nogil=True)
def totals(kind, beta, cells, price, ratios):
    """Fill the best ratios at a price; returns cost, loss, and how fast cost falls with the logarithm of the price."""
    cost, lost, falls = 0.0, 0.0, 0.0
    for c in range(cells.shape[1]):
        bad, days, seen, low, high = cells[0, c], cells[1, c], cells[2, c], cells[3, c], cells[4, c]
        r = ratio_at(kind, beta, bad, seen, low, high, price * days)
        ratios[c] = r
        cost += days * r
        lost += loss(kind, beta, bad, seen, r)
        if low < r < high:
            falls += days / (beta if kind == VIOLATIONS else beta + beta * seen / (beta * (1 - seen * r) + seen))
    return cost, lost, falls


@njit(cache=True, nogil=True)
def fill(kind, beta, cells, limit, what, ratios):
    """Fill the best ratios of cells (5, C) under one limit; returns its price, or NaN where nothing keeps it.

    ``what``: BUDGET, the cost is at most the limit, price in loss a day, 0 if it does not bind; or RISK, the loss is at
    most the limit at the least cost, the same price, infinite if the lower bounds do.
    """
    if kind == MISSED:
        return _fill_by_density(cells, limit, what, ratios)
    slack = SLACK * abs(limit)
    least_cost, most_lost, _ = totals(kind, beta, cells, np.inf, ratios)
    if what == RISK and most_lost <= limit + slack:
        return np.inf
    if what == BUDGET and least_cost > limit + slack:
        return np.nan
    most_cost, least_lost, _ = totals(kind, beta, cells, 0.0, ratios)
    if what == BUDGET and most_cost <= limit + slack:
        return 0.0
    if what == RISK and least_lost > limit + slack:
        return np.nan
    return _fill_at_price(kind, beta, cells, limit, what, ratios)


@njit(cache=True, nogil=True)
def _fill_by_density(cells, limit, what, ratios):
    """The linear case: cells that find most a day come first, the last in part."""
    n = cells.shape[1]
    density, left, scale = np.empty(n), limit if what == BUDGET else -limit, abs(limit)
    for c in range(n):
        finds, days, low = cells[VIOLATED, c] * cells[SEEN, c], cells[COST, c], cells[LOW, c]
        density[c] = 0.0 if finds <= 0 else finds / days if days > 0 else np.inf
        ratios[c] = low
        left += -days * low if what == BUDGET else cells[VIOLATED, c] - finds * low
        scale += 0.0 if what == BUDGET else cells[VIOLATED, c]
    slack = SLACK * scale
    if left <= 0 and what == RISK:
        return np.inf
    if left < -slack:
        return np.nan
    left, last = max(left, 0.0), np.inf
    while True:
        c = int(np.argmax(density))
        found = density[c]
        if found <= 0 and what == RISK:
            return last if left <= slack else np.nan
        if found <= 0:
            return 0.0
        each = cells[COST, c] if what == BUDGET else cells[VIOLATED, c] * cells[SEEN, c]
        part = cells[HIGH, c] - cells[LOW, c]
        if each * part > left:
            ratios[c] = cells[LOW, c] + left / each
            return found
        ratios[c] = cells[HIGH, c]
        left -= each * part
        last, density[c] = found, 0.0


@njit(cache=True, nogil=True)
def _fill_at_price(kind, beta, cells, limit, what, ratios):
    """The convex cases: the price at which cost, or loss, is at its limit; Newton's steps on its logarithm, kept in."""
    first, last = np.inf, 0.0
    for c in range(cells.shape[1]):
        bad, days, seen, low, high = cells[0, c], cells[1, c], cells[2, c], cells[3, c], cells[4, c]
        if bad > 0 and days > 0 and high > low:
            first = min(first, slope(kind, beta, bad, seen, high) / days)
            last = max(last, slope(kind, beta, bad, seen, low) / days)
    a, b = np.log(first), np.log(last)
    x = 0.5 * (a + b)
    for _ in range(STEPS):
        cost, lost, falls = totals(kind, beta, cells, np.exp(x), ratios)
        over = cost - limit if what == BUDGET else limit - lost
        if over > 0:
            a = x
        elif over < 0:
            b = x
        else:
            break
        steep = falls if what == BUDGET else falls * np.exp(x)
        new = x + over / steep if steep > 0 else a
        new = new if a < new < b else 0.5 * (a + b)
        if new == x or abs(new - x) < 1e-16 * abs(x):
            break
        x = new
    return np.exp(x)


@njit(cache=True, nogil=True)
def group_values(kind, beta, sums, cost_of, seen, prices, bounds, shares):
    """Minus the least loss + price × cost of every group of bins as each tier, (K, B + 1, B + 1).

    ``sums``: prefix sums (B + 1, D, 4), of which ``cost_of`` is the cost; ``prices``, ``seen``: (D,); ``bounds``: least
    and greatest ratio and floor, (3, K, D), with K = 1 where they are the same for all tiers; ``shares``: least and
    most firms of a tier. Minus infinity where a group may not be a tier.
    """
    n, n_levels, n_departments = len(sums), bounds.shape[1], sums.shape[1]
    value = np.full((n_levels, n, n), NEVER)
    firms = np.zeros(n)
    for d in range(n_departments):
        firms += sums[:, d, ROWS]
    for k in range(n_levels):
        for i in range(n - 1):
            for j in range(i + 1, n):
                if not shares[0] <= firms[j] - firms[i] <= shares[1]:
                    continue
                total = 0.0
                for d in range(n_departments):
                    rows = sums[j, d, ROWS] - sums[i, d, ROWS]
                    low, high = bounds[0, k, d], bounds[1, k, d]
                    if rows > 0 and bounds[2, k, d] > 0:
                        low = max(low, bounds[2, k, d] / rows)
                    if low > high:
                        total = np.inf
                        break
                    bad, charge = (
                        sums[j, d, BAD] - sums[i, d, BAD],
                        prices[d] * (sums[j, d, cost_of] - sums[i, d, cost_of]),
                    )
                    r = ratio_at(kind, beta, bad, seen[d], low, high, charge)
                    total += loss(kind, beta, bad, seen[d], r) + charge * r
                value[k, i, j] = -total
    return value


@njit(cache=True, nogil=True)
def cells_of(edges, sums, cost_of, seen, bounds, cells):
    """Fill the cells (5, K·D), department by department, of tiers between edges; returns whether all bounds can be."""
    n_tiers, n_departments = len(edges) - 1, sums.shape[1]
    for d in range(n_departments):
        for k in range(n_tiers):
            c, level = d * n_tiers + k, min(k, bounds.shape[1] - 1)
            rows = sums[edges[k + 1], d, ROWS] - sums[edges[k], d, ROWS]
            low, high, floor = bounds[0, level, d], bounds[1, level, d], bounds[2, level, d]
            if rows > 0 and floor > 0:
                low = max(low, floor / rows)
            if low > high:
                return False
            cells[VIOLATED, c] = sums[edges[k + 1], d, BAD] - sums[edges[k], d, BAD]
            cells[COST, c] = sums[edges[k + 1], d, cost_of] - sums[edges[k], d, cost_of]
            cells[SEEN, c], cells[LOW, c], cells[HIGH, c] = seen[d], low, high
    return True


@njit(cache=True, nogil=True)
def solve(kind, beta, cells, limits, what, per_pool, ratios, prices):
    """Fill ratios and prices of cells whose pools follow one another, ``per_pool`` of them (P,); returns the value.

    The value is the loss under a BUDGET, the cost under a RISK; infinite where a limit cannot be kept.
    """
    value, c = 0.0, 0
    for p in range(len(limits)):
        end = c + per_pool[p]
        prices[p] = fill(kind, beta, cells[:, c:end], limits[p], what, ratios[c:end])
        if np.isnan(prices[p]):
            return np.inf
        for i in range(c, end):
            if what == BUDGET:
                value += loss(kind, beta, cells[VIOLATED, i], cells[SEEN, i], ratios[i])
            else:
                value += cells[COST, i] * ratios[i]
        c = end
    return value


@njit(cache=True, nogil=True)
def search(value, best, over, kind, beta, sums, cost_of, seen, bounds, limits, what, per_pool, start, most_leaves):
    """The best edges of tiers among all that the bound leaves; returns them, their value, and leaves looked at.

    A choice of edges is worth a look while the sum of its groups' values, or at first of the best of what is left,
    ``best`` (K, B + 1), is not below minus ``over[0] + over[1] × value`` of the best found so far.
    """
    n_tiers, n = best.shape[0], len(sums) - 1
    edges, top = start[0].copy(), start[1]
    cells, ratios = np.empty((5, n_tiers * sums.shape[1])), np.empty(n_tiers * sums.shape[1])
    prices = np.empty(len(limits))
    ends, cursor, tail = np.zeros(n_tiers + 1, np.int64), np.zeros(n_tiers + 1, np.int64), np.zeros(n_tiers + 1)
    ends[n_tiers] = n
    level, leaves = n_tiers - 1, 0
    cursor[level] = n
    while level < n_tiers and leaves < most_leaves:
        i = cursor[level] - 1
        if i < level:
            level += 1
            continue
        cursor[level] = i
        worth = tail[level + 1] + value[min(level, len(value) - 1), i, ends[level + 1]]
        if not worth + best[level - 1, i] > -(over[0] + over[1] * top):
            continue
        ends[level], tail[level] = i, worth
        if level > 1:
            level -= 1
            cursor[level] = i
            continue
        leaves += 1
        if cells_of(ends, sums, cost_of, seen, bounds, cells):
            found = solve(kind, beta, cells, limits, what, per_pool, ratios, prices)
            if found < top:
                top = found
                edges[:] = ends
    return edges, top, leaves
