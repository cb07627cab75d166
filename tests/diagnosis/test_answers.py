"""Wrong answers to the course's exercises, and right ones, by people who had seen the notebooks
alone: neither the bank of misconceptions nor the relations.

A title says what the mistake is, so that what an answer is told can be held against it. The
forty wrong and ten right answers to each function of the first assignment were written before the
relations grew; the ten and two to each later one before its bank was closed.
"""

from pathlib import Path

import numpy as np
import pytest
from diagnosis.telling import says_what_is_wrong

from dlcourse.checks.answers import variants
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find, plain_solution

pytestmark = [pytest.mark.local, pytest.mark.uncounted]  # minutes in the browser's Python
FOLDER = Path(__file__).parent / "answers"
KEYS = [f"{file.parent.name}/{file.stem}" for file in sorted(FOLDER.glob("*/*.md"))]
NEVER_ENDS = "the while loop never ends"
NAMED = {  # of the wrong answers, those that never end apart
    "adversarial_examples/adversarial_gradient": 7,
    "adversarial_examples/fgsm": 8,
    "adversarial_examples/input_gradient": 9,
    "adversarial_examples/random_signs": 10,
    "adversarial_examples/robust_accuracy": 11,
    "adversarial_examples/small_step": 8,
    "backpropagation/blame_below": 10,
    "backpropagation/complex_gradient": 6,
    "backpropagation/count_backprop": 8,
    "backpropagation/network_gradient": 7,
    "backpropagation/nudged_gradient": 9,
    "backpropagation/output_blame": 9,
    "backpropagation/weight_gradient": 10,
    "batches_and_noise/batch": 6,
    "batches_and_noise/batch_gradient": 8,
    "batches_and_noise/batch_noise": 10,
    "batches_and_noise/full_batch": 10,
    "batches_and_noise/one_epoch": 8,
    "batches_and_noise/rates": 10,
    "dropout/dropout_forward": 10,
    "dropout/hidden_blame": 9,
    "dropout/input_dropout_step": 10,
    "dropout/mean_of_all_masks": 8,
    "early_stopping/best_epoch": 7,
    "early_stopping/epochs_run": 9,
    "early_stopping/keep_best": 6,
    "early_stopping/kept_shares": 10,
    "early_stopping/three_parts": 9,
    "early_stopping/train_until": 12,
    "labels_and_losses/cross_entropy": 9,
    "labels_and_losses/cross_entropy_gradient": 10,
    "labels_and_losses/decode": 10,
    "labels_and_losses/one_hot": 10,
    "landscape/directions_down": 9,
    "landscape/logistic_hessian": 9,
    "landscape/on_the_way": 8,
    "landscape/one_matrix": 7,
    "landscape/reorder_units": 8,
    "logistic_regression/binary_cross_entropy": 35,
    "logistic_regression/descend": 38,
    "logistic_regression/logistic_gradient": 38,
    "logistic_regression/logistic_loss": 9,
    "logistic_regression/scores": 35,
    "logistic_regression/sigmoid": 39,
    "many_classes/class_scores": 7,
    "many_classes/log_softmax": 10,
    "many_classes/one_vs_rest": 9,
    "many_classes/softmax": 8,
    "many_classes/softmax_regression_gradient": 10,
    "many_classes/unmask_softmax": 2,  # the properties that it lacks say the rest
    "optimisers/adadelta_step": 9,
    "optimisers/adagrad_step": 8,
    "optimisers/adam_step": 10,
    "optimisers/momentum_step": 8,
    "optimisers/rmsprop_step": 7,
    "optimisers/sgd_step": 9,
    "optimisers/train_softmax": 6,
    "slopes_that_vanish/blame_below": 10,
    "slopes_that_vanish/dead_share": 10,
    "slopes_that_vanish/he_start": 9,
    "slopes_that_vanish/relu": 10,
    "slopes_that_vanish/sigmoid_slope": 9,
    "slopes_that_vanish/tanh_slope": 9,
    "weight_penalties/decaying_step": 6,
    "weight_penalties/l1_gradient": 8,
    "weight_penalties/l1_penalty": 10,
    "weight_penalties/l2_gradient": 8,
    "weight_penalties/l2_penalty": 10,
    "weight_penalties/proximal_step": 8,
    "weight_penalties/regularised_digits": 0,  # its properties say the rest
    "xor_to_depth/append_ones": 9,
    "xor_to_depth/forward_pass": 10,
    "xor_to_depth/gate_weights": 7,
    "xor_to_depth/layer": 9,
    "xor_to_depth/neuron": 10,
    "xor_to_depth/product_features": 10,
    "xor_to_depth/soft_xor": 10,
}


def answers(key, kind):
    """Run each answer of a kind among right answers to the other exercises."""
    text = (FOLDER / f"{key}.md").read_text(encoding="utf-8")
    for title, source in variants(text).items():
        if title.startswith(f"{kind}: "):
            space = {"np": np}
            for each in (*plain_solution(key)[:-1], source):
                exec(each, space)
            yield title, space[find(key).name]


@pytest.mark.parametrize("key", KEYS)
def test_right_answers_pass_whatever_the_seed(key):
    right = list(answers(key, "right"))
    assert len(right) >= 2
    for title, function in right:
        for seed in range(20):
            assert judge(find(key), function, seed).passed, (title, seed)


@pytest.mark.parametrize("key", KEYS)
def test_wrong_answers_are_refused_and_most_are_named(key):
    wrong = list(answers(key, "wrong"))
    assert len(wrong) >= 9
    ending = [(title, answer) for title, answer in wrong if NEVER_ENDS not in title]
    outcomes = {title: judge(find(key), answer, 1) for title, answer in ending}
    assert [title for title, outcome in outcomes.items() if outcome.passed] == []
    named = [title for title, each in outcomes.items() if says_what_is_wrong(each.failure)]
    assert len(named) >= NAMED[key], set(outcomes) - set(named)


def test_answers_that_never_end_are_told_so(untraced):
    endless = [
        (key, answer)
        for key in KEYS
        for title, answer in answers(key, "wrong")
        if NEVER_ENDS in title
    ]
    assert len(endless) == 2
    for key, answer in endless:
        assert "took longer" in judge(find(key), answer, 1, call_seconds=0.3).failure.message
