from itertools import pairwise

import numpy as np
import pytest

from credit_score.report.style import as_png, as_svg, settings, tier_colours

# Machado, Oliveira and Fernandes, A physiologically-based model for simulation of color vision deficiency,
# IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291–1298: matrices on linear RGB for a severity of 1.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
LEAST = 20  # ΔE*ab; 2.3 is just noticeable side by side


def linear(colour):
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* under D65 of linear RGB."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_measure_of_colour_knows_white_black_and_red():
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("#000000")) == pytest.approx([0, 0, 0], abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_every_two_tiers_are_told_apart_by_every_reader(sight, n):
    seen = [lab(SIGHT[sight] @ linear(c)) for c in tier_colours(n)]
    distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > LEAST


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_good_tiers_are_blue_and_get_lighter_and_bad_ones_are_orange_and_get_darker(n):
    seen = [lab(linear(c)) for c in tier_colours(n)]
    blue = [c[0] for c in seen if c[2] < 0]
    orange = [c[0] for c in seen if c[2] > 0]
    assert [c[2] < 0 for c in seen] == [True] * len(blue) + [False] * len(orange)
    assert len(orange) >= len(blue) >= 1
    assert all(b - a > 15 for a, b in pairwise(blue))
    assert all(a - b > 15 for a, b in pairwise(orange))


def test_the_best_and_the_worst_tier_keep_their_colour_however_many_there_are():
    assert len({tier_colours(n)[0] for n in (3, 4, 5, 6)}) == len({tier_colours(n)[-1] for n in (3, 4, 5, 6)}) == 1


@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_a_simulation_may_have_other_numbers_of_tiers(n):
    colours = tier_colours(n)
    assert len(set(colours)) == n
    assert colours[0] == tier_colours(4)[0]


def test_a_figure_is_text_that_a_screen_reader_can_name_and_the_same_every_time():
    one, two, other = (
        as_svg(lambda ax: ax.set_title("高阳 $5"), name=name, label='a "label" & more')
        for name in ("one", "one", "two")
    )
    assert one == two != other
    assert one.startswith('<svg role="img" aria-label="a &quot;label&quot; &amp; more" ')
    assert "高阳 $5</text>" in one
    assert 'id="one-figure_1"' in one
    assert 'id="two-figure_1"' in other


def test_a_picture_is_the_same_every_time_and_as_high_as_it_was_asked_for():
    one, two = (as_png(lambda ax: ax.set_title("高阳"), height=2.0) for _ in range(2))
    assert one == two
    assert one.startswith(b"\x89PNG")
    assert [int.from_bytes(one[i : i + 4], "big") for i in (16, 20)] == [1216, 320]


def test_settings_touch_nothing_outside_a_figure():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    as_svg(lambda ax: None, name="one", label="one")
    assert dict(mpl.rcParams) == before
    assert settings()["svg.fonttype"] == "none"
