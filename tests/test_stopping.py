"""Early stopping as functions of a curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.stopping import EarlyStopping, best_epoch, should_stop

curves = st.lists(st.floats(-10, 10), min_size=1, max_size=20)


@given(curves)
def test_without_delta_the_best_epoch_is_the_first_minimum(curve):
    assert best_epoch(curve) == int(np.argmin(curve))


@given(curves, st.floats(0, 3), st.integers(1, 5))
def test_stops_exactly_when_patience_has_passed_since_the_best(curve, min_delta, patience):
    stopping = EarlyStopping(patience, min_delta)
    waited = len(curve) - 1 - best_epoch(curve, min_delta)
    assert should_stop(curve, stopping) == (waited >= patience)


def test_small_improvements_do_not_count_until_they_add_up():
    assert best_epoch([1.0, 0.95, 0.91, 0.85], min_delta=0.1) == 3
    assert best_epoch([1.0, 0.95, 0.91], min_delta=0.1) == 0


def test_nan_never_improves_and_anything_improves_on_nan():
    assert best_epoch([1.0, np.nan, 0.5]) == 2
    assert best_epoch([np.nan, 2.0, np.nan]) == 1
    assert best_epoch([np.nan, np.nan]) == 0


def test_empty_curve_is_refused():
    with pytest.raises(ValueError, match="curve must hold at least one epoch"):
        best_epoch([])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patience": 0}, "patience"),
        ({"min_delta": -1.0}, "min_delta"),
        ({"monitor": "training_loss"}, "monitor must be one of"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**settings)
