"""What the front page says of its figure is what it shows."""

from dlcourse.figures import index as figures


def share(network):
    return [figures.right(network, epoch) for epoch in figures._EPOCHS]


def test_two_layers_follow_the_spirals_after_15_epochs():
    assert figures.right("two layers of 32", 15) > 0.97
    assert figures.right("two layers of 32", 150) > 0.99


def test_a_straight_line_never_gets_two_of_three_right():
    assert max(share("a straight line")) < 2 / 3


def test_a_few_units_lie_between_the_two():
    assert max(share("a straight line")) < max(share("8 hidden units")) < 0.95
