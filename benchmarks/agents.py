"""The rivals of the simulation on one model, each as its users would write it.

numpy goes a month at a time over arrays of all firms, mesa has an agent a firm, simpy a process a firm that sleeps
until something happens to it. Jobs of :mod:`cost` that answer the prevalence at the end; nothing of this project is
imported.
"""

from collections.abc import Callable

import numpy as np

TIERS, MONTHS, SEED = "ABCD", 120, 6
SHARES = dict(zip(TIERS, (0.654, 0.253, 0.077, 0.016), strict=True))
RATIOS = dict(zip(TIERS, (0.01, 0.03, 0.1, 0.5), strict=True))
ONSET, CURE, BETA, SEEN, FIX, RELEASE, VIOLATING = (0.002, 0.006, 0.02), 0.02, 2.0, 0.8, 0.9, 0.3, 0.05


def start(n_firms: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tier, whether in violation and onset of each firm."""
    tier = rng.choice(4, n_firms, p=list(SHARES.values())).astype(np.int8)
    return tier, rng.random(n_firms) < VIOLATING, np.repeat(ONSET, n_firms // 3)


def by_numpy(n_firms: int) -> float:
    """Prevalence at the end, a month at a time over arrays of firms."""
    rng = np.random.default_rng(SEED)
    tier, bad, onset = start(n_firms, rng)
    ratio = np.array(list(RATIOS.values()))
    fade = np.exp(-BETA * ratio)
    for _ in range(MONTHS):
        visited = rng.random(n_firms) < ratio[tier] / 12
        caught = visited & bad & (rng.random(n_firms) < SEEN)
        freed = visited & ~bad & (rng.random(n_firms) < RELEASE)
        ends = bad & ((rng.random(n_firms) < CURE) | (caught & (rng.random(n_firms) < FIX)))
        begins = ~bad & (rng.random(n_firms) < onset * fade[tier])
        bad = (bad & ~ends) | begins
        tier = np.clip(tier + caught - freed, 0, 3).astype(np.int8)
    return float(bad.mean())


def by_mesa(n_firms: int) -> float:
    """Prevalence at the end, an agent a firm."""
    import mesa

    rates = [(r / 12, np.exp(-BETA * r)) for r in RATIOS.values()]

    class Firm(mesa.Agent):
        def __init__(self, world, tier, bad, onset):
            super().__init__(world)
            self.tier, self.bad, self.onset = tier, bad, onset

        def step(self):
            draw = self.model.random.random
            visit, fade = rates[self.tier]
            visited = draw() < visit
            if self.bad:
                caught = visited and draw() < SEEN
                self.bad = not (draw() < CURE or (caught and draw() < FIX))
                self.tier = min(self.tier + caught, 3)
            else:
                freed = visited and draw() < RELEASE
                self.bad = draw() < self.onset * fade
                self.tier = max(self.tier - freed, 0)

    world = mesa.Model(rng=SEED)
    for tier, bad, onset in zip(*start(n_firms, np.random.default_rng(SEED)), strict=True):
        Firm(world, int(tier), bool(bad), float(onset))
    for _ in range(MONTHS):
        world.agents.do("step")
    return float(np.mean([firm.bad for firm in world.agents]))


def by_simpy(n_firms: int) -> float:
    """Prevalence at the end, a process a firm: it sleeps until a visit or a turn, whichever comes first."""
    import simpy

    rng, env, ended = np.random.default_rng(SEED), simpy.Environment(), []
    visits = [r / 12 for r in RATIOS.values()]

    def firm(tier, bad, onset):
        while True:
            turn = CURE if bad else onset * np.exp(-BETA * RATIOS[TIERS[tier]])
            sleep = min(rng.geometric(visits[tier]), rng.geometric(turn))
            if env.now + sleep > MONTHS:
                ended.append(bad)
                return
            yield env.timeout(sleep)
            # Which of the two it was, or both.
            both = visits[tier] * turn
            u = rng.random() * (visits[tier] + turn - both)
            visited, turned = u < visits[tier], u < both or u >= visits[tier]
            caught = visited and bad and rng.random() < SEEN
            freed = visited and not bad and rng.random() < RELEASE
            bad = bad != (turned or (caught and rng.random() < FIX))
            tier = min(max(tier + caught - freed, 0), 3)

    for tier, bad, onset in zip(*start(n_firms, rng), strict=True):
        env.process(firm(int(tier), bool(bad), float(onset)))
    env.run()
    return float(np.mean(ended))


def job(rival: Callable[[int], float], n_firms: int) -> Callable[[], float]:
    """A job of :mod:`cost`: a rival's run, after a small one that is not counted."""
    rival(300)
    return lambda: rival(n_firms)


def numpy(n_firms: int) -> Callable[[], float]:
    """Arrays of all firms, a month at a time."""
    return job(by_numpy, n_firms)


def mesa(n_firms: int) -> Callable[[], float]:
    """An agent a firm."""
    return job(by_mesa, n_firms)


def simpy(n_firms: int) -> Callable[[], float]:
    """A process a firm."""
    return job(by_simpy, n_firms)
