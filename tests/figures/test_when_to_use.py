"""What the chapter "When to use deep learning" says of its figures and runs is what they show."""

import re

import numpy as np
import pytest
from figures.asked import BOOK, questions

from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.estimators import MLPClassifier
from dlcourse.figures import when_to_use as figures
from dlcourse.gradcheck import check_gradient
from dlcourse.losses import cross_entropy

CHAPTER = "when_to_use"
PAGE = (BOOK / "when_to_use.md").read_text(encoding="utf-8")
LAST = figures.SIZES[-1]


def wrong(data, method, n=LAST):
    """Mean error in per cent."""
    return 100 * figures.errors(data, method, n).mean()


def said(pattern):
    """The numbers that the page gives in the sentence that the pattern matches."""
    (found,) = re.findall(pattern, PAGE)
    return [float(number.replace(",", "")) for number in np.atleast_1d(found)]


def best(data, methods=figures.FIVE, n=LAST):
    return min(methods, key=lambda method: wrong(data, method, n))


# --- The experiment ---


def test_every_cell_has_two_draws():
    assert {len(cell["error"]) for cell in figures.results().values()} == {2}
    at_home = {(d, m, n) for d in figures.DATA for m in figures.FIVE for n in figures.SIZES}
    mixed = {(f"shuffled {d}", m, LAST) for d in ("digits", "signals") for m in figures.FIVE}
    assert at_home | mixed <= figures.results().keys()


def test_the_best_of_the_five_depends_on_the_data():
    assert best("digits") == "kernel"
    assert all(best("diamonds", n=n) == "trees" for n in figures.SIZES)
    assert all(best("signals", n=n) == "neighbours" for n in figures.SIZES[1:])
    for data, method in (("digits", "kernel"), ("signals", "neighbours")):
        worst = figures.errors(data, method, LAST).max()
        assert all(
            worst < figures.errors(data, other, LAST).min()
            for other in figures.FIVE
            if other != method
        )


def test_the_numbers_of_the_opening():
    fifty = sorted(wrong("digits", method, 50) for method in figures.FIVE)
    assert said(r"between (\d+) and (\d+) % wrong") == [round(fifty[0]), round(fifty[-1])]
    kernel, network = said(r"It gets (\d+) % wrong, the network (\d+) %\.")
    assert (kernel, network) == (round(wrong("digits", "kernel")), round(wrong("digits", "net")))
    assert said(r"They get (\d+) % wrong\.") == [round(wrong("digits", "neighbours"))]
    gained = {m: wrong("digits", m, 50) - wrong("digits", m) for m in figures.FIVE}
    assert min(gained, key=gained.__getitem__) == "linear"
    ranked = sorted(figures.FIVE, key=lambda m: wrong("digits", m, 50))
    assert "linear" in ranked[:2]


def test_the_numbers_of_the_table():
    forest, kernel, network, linear = said(
        r"the forest gets (\d+) % wrong, kernel machine and network (\d+) and (\d+) %, "
        r"the linear model (\d+) %"
    )
    expected = [round(wrong("diamonds", m)) for m in ("trees", "kernel", "net", "linear")]
    assert [forest, kernel, network, linear] == expected


def test_shuffling_pixels_changes_nothing_but_luck():
    for method in figures.FIVE:
        assert abs(wrong("digits", method) - wrong("shuffled digits", method)) < 1
    for method in ("neighbours", "kernel"):
        np.testing.assert_allclose(
            figures.errors("digits", method, LAST),
            figures.errors("shuffled digits", method, LAST),
            atol=0.002,
        )


def test_what_is_quick_to_train_is_slow_to_tell():
    for data in figures.DATA:
        telling = {m: figures.seconds(data, m, "telling") for m in figures.FIVE}
        assert sorted(telling, key=telling.__getitem__)[:2] == ["linear", "net"]
        assert max(telling, key=telling.__getitem__) == "kernel"
        training = {m: figures.seconds(data, m, "training") for m in figures.FIVE}
        assert min(training, key=training.__getitem__) == "neighbours"
        assert training["kernel"] < training["trees"] == max(training.values())


def test_costs_grow_with_what_is_kept():
    for method in ("neighbours", "kernel"):
        told = [figures.seconds("digits", method, "telling", n) for n in figures.SIZES]
        assert told == sorted(told)


def test_the_numbers_of_the_costs():
    network, kernel = said(
        r"tells 1,000 digits in about ([\d.]+) milliseconds, the kernel machine in about (\d+)"
    )
    assert network == pytest.approx(1000 * figures.seconds("digits", "net", "telling"), abs=0.5)
    assert kernel == pytest.approx(1000 * figures.seconds("digits", "kernel", "telling"), rel=0.05)
    joules, bulb = said(r"takes about (\d+) joules, as much as a .* in ([\d.]+) seconds")
    spent = figures.seconds("digits", "trees", "training")
    assert (joules, bulb) == (round(figures.WATTS * spent), round(spent, 1))


def test_shared_weights_win_where_a_shape_may_stand_anywhere():
    right = float(questions(CHAPTER)["shared-weights-win"][1]["number"])
    assert right == pytest.approx(wrong("signals", "shared"), abs=0.3)
    network, neighbours = said(r"the network gets (\d+) % wrong, the nearest neighbours (\d+) %")
    assert network == round(wrong("signals", "net"))
    assert neighbours == round(wrong("signals", "neighbours"))
    (few,) = said(r"With 150 signals they get ([\d.]+) % wrong")
    assert few == round(wrong("signals", "shared", 150))
    assert all(
        wrong("signals", "shared", 150) < wrong("signals", method) for method in figures.FIVE
    )


def test_shared_weights_lose_where_places_are_shuffled():
    for method in figures.FIVE:
        assert abs(wrong("signals", method) - wrong("shuffled signals", method)) < 3
    (mixed,) = said(r"with (\d+) %\. They took for granted")
    assert mixed == round(wrong("shuffled signals", "shared"))
    ranked = sorted(figures.METHODS, key=lambda method: wrong("shuffled signals", method))
    assert ranked.index("shared") == 4  # "last but one"
    assert "to last but one" in PAGE


def test_a_shape_that_moves_keeps_its_score(capsys):
    (cell,) = re.findall(r"ipython3\n(from numpy\.lib.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(cell, {"np": np})
    before, after = map(float, capsys.readouterr().out.split())
    assert before == pytest.approx(after, rel=1e-12)
    (places,) = re.findall(r"roll\(signal, (\d+)", cell)
    assert f"Moved by {places} places" in PAGE


def test_the_figure_shows_shared_weights_only_when_asked():
    explorer = figures.the_same_weights_everywhere()
    assert "shared" not in explorer.caption_at(order="in order")
    assert "shared weights 1%" in explorer.caption_at(methods="shared weights, too")


# --- What is computed here ---


def test_the_gradient_of_the_shared_net_is_right():
    rng = np.random.default_rng(0)
    X, y = figures.signals(20, rng)
    net = figures.SharedNet(5, 12, figures.CLASSES, rng)

    def loss(parameters):
        net.parameters[:] = parameters
        return cross_entropy(net.scores(X), y)

    at = net.parameters.copy()
    slopes = net.gradient(X, y)
    assert check_gradient(loss, slopes, at) < 1e-6


@pytest.mark.parametrize("seed", range(2))
def test_the_shared_net_learns_from_150_signals_what_the_text_says(seed):
    rng = np.random.default_rng(seed)
    X, y = figures.signals(1150, rng)
    net = figures.SharedNet(30, 12, figures.CLASSES, rng).train(X[:150], y[:150], rng, 500)
    assert (net.scores(X[150:]).argmax(axis=1) != y[150:]).mean() < 0.15


def test_a_signal_holds_its_shape_somewhere():
    X, y = figures.signals(300, np.random.default_rng(0))
    stretches = np.lib.stride_tricks.sliding_window_view(X, figures.WIDTH, axis=1)
    assert X.shape[1] - figures.WIDTH + 1 == stretches.shape[1] == 29
    strongest = (stretches @ figures.shapes().T).max(axis=1)
    assert (strongest.argmax(axis=1) == y).mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(figures.shapes(), axis=1), 1)


def test_distances_do_not_know_the_order_of_pixels():
    X, y, X_test, _ = load_digits_subset()
    X, y, X_test = X[:500], y[:500], X_test[:300]
    order = np.random.default_rng(0).permutation(784)

    def nearest(known, fresh):
        return y[((known**2).sum(axis=1) - 2 * fresh @ known.T).argmin(axis=1)]

    np.testing.assert_array_equal(nearest(X, X_test), nearest(X[:, order], X_test[:, order]))


def test_a_moved_digit_has_moved_sums():
    for weights in figures.FILTERS.values():
        before = figures.slide(figures.moved(0), weights)
        for columns in range(1, 7):
            after = figures.slide(figures.moved(columns), weights)
            np.testing.assert_allclose(after[:, columns:], before[:, :-columns])
    explorer = figures.a_filter_slides()
    places = [
        int(re.search(r"column (\d+)", explorer.caption_at(columns=c)).group(1)) for c in range(7)
    ]
    assert np.diff(places).tolist() == [1] * 6


def test_upright_edges_are_where_ink_begins_or_ends_to_the_right():
    weights = figures.FILTERS["upright edges"]
    assert weights.tolist() == [[-1, 0, 1]] * 3
    ink = np.zeros((5, 9))
    ink[:, 3:6] = 1
    np.testing.assert_array_equal(figures.slide(ink, weights), [[0, 3, 3, 0, -3, -3, 0]] * 3)
    assert (figures.slide(ink.T, weights)[1] == 0).all()  # lying, it has no upright edge inside


def test_the_counts_of_weights():
    assert 6 * (5 * 5 + 1) == 156
    assert 6 * 28 * 28 * (32 * 32 + 1) == 4_821_600
    _, options, keys = questions(CHAPTER)["shared-parameters"]
    assert float(options["number"]) == 8 * (9 + 1)
    assert str(8 * 9) in keys


def test_digits_shuffled_differently_leave_little():
    X, y = (part[:1500] for part in load_digits_subset()[:2])
    X = np.random.default_rng(0).permuted(half_size(X), axis=1)
    model = MLPClassifier(epochs=30, random_state=0).fit(X[:1000], y[:1000])
    told = model.predict(X[1000:])
    assert 0.65 < (told != y[1000:]).mean() < 0.9
    ink = X.sum(axis=1)
    assert ink[y == 0].mean() > 2 * ink[y == 1].mean()
