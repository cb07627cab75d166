"""What the front page says of its figure is what it shows."""

import pytest

from dlcourse.figures import index as figures


def share(network):
    return [figures.right(network, epoch) for epoch in figures._EPOCHS]


@pytest.mark.parametrize("sizes", figures._NETWORKS.values())
def test_the_networks_are_trained_by_the_code_of_the_figure(sizes, monkeypatch):
    train, trained = figures.train, []

    def watched(network, X, y, **settings):
        trained.append((X, y))
        return train(network, X, y, **settings)

    monkeypatch.setattr(figures, "train", watched)
    again = figures._learning.__wrapped__(sizes)  # not what is kept of an earlier call
    assert [(X is figures._X, y is figures._Y) for X, y in trained] == [(True, True)]
    shown = figures._learning(sizes)
    assert all((a.parameters == b.parameters).all() for a, b in zip(again, shown, strict=True))


def test_two_layers_follow_the_spirals_after_15_epochs():
    assert figures.right("two layers of 32", 15) > 0.97
    assert figures.right("two layers of 32", 150) > 0.99


def test_a_straight_line_never_gets_two_of_three_right():
    assert max(share("a straight line")) < 2 / 3


def test_a_few_units_lie_between_the_two():
    assert max(share("a straight line")) < max(share("8 hidden units")) < 0.95
