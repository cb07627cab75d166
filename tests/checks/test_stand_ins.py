"""One mistake costs once, and nobody learns from a stand-in more than a right function tells."""

import numpy as np
import pytest

from dlcourse.checks.judging import Home, judge
from dlcourse.checks.registry import exercises_of, find, plain_solution
from dlcourse.checks.spec import Exercise, Part
from dlcourse.checks.stand_ins import STRAYED, Helped, Known, agree, kept, needed, plain_functions

ASSIGNMENT = "logistic_regression"
KEY = f"{ASSIGNMENT}/descend"
WRONG_SIGMOID = "def sigmoid(S):\n    return 1 / (1 + np.exp(S))"
SIGMOID_STUB = "def sigmoid(S):\n    raise NotImplementedError()"
WRONG_GRADIENT = """
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (y - sigmoid(Z @ w)) / len(y)
"""
RIGHT = """
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
"""
ONE_STEP_MORE = RIGHT.replace("range(steps)", "range(steps + 1)")
ARGUMENTS = np.array([[2.0], [-1.0]]), np.array([1, 0]), np.array([0.5, -1.0]), 0.5, 3


def written(*sources):
    """A student's notebook: plain answers to everything, but for some."""
    space = {"np": np}
    for source in (*plain_solution(KEY), *sources):
        exec(source, space)
    return space


def told(*sources, name="descend", seed=1):
    return judge(find(f"{ASSIGNMENT}/{name}"), written(*sources)[name], seed=seed)


def note(name):
    return f"Judged with a right `{name}` in place of yours: what does the check of `{name}` say?"


# --- what is earned -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sigmoid", [WRONG_SIGMOID, SIGMOID_STUB, "del sigmoid", "sigmoid = None", "sigmoid = np.tanh"]
)
def test_a_wrong_function_costs_its_own_points_alone(sigmoid):
    names = written(sigmoid)
    outcomes = {
        exercise.name: judge(exercise, names.get(exercise.name), seed=1)
        for exercise in exercises_of(ASSIGNMENT)
    }
    assert outcomes.pop("sigmoid").earned == 0
    assert all(outcome.passed for outcome in outcomes.values())
    for name in ("logistic_gradient", "descend"):
        assert note("sigmoid") in outcomes[name].notes
    assert outcomes["scores"].notes == outcomes["binary_cross_entropy"].notes == ()


def test_the_innermost_mistake_is_the_one_that_is_told():
    assert told(WRONG_GRADIENT).notes == (note("logistic_gradient"),)
    assert told(WRONG_SIGMOID).notes == (note("sigmoid"),)
    broken = "def logistic_gradient(X, y, w):\n    return X @ w\n"
    assert told(broken).notes == (note("logistic_gradient"),)


def test_two_mistakes_are_told_together():
    scores = "def scores(X, w):\n    return X @ w[:-1] + w[-1]"
    outcome = told(scores, SIGMOID_STUB, name="logistic_gradient")
    assert outcome.passed
    assert outcome.notes == (
        "Judged with right `scores` and `sigmoid` in place of yours: what do their checks say?",
    )


def test_no_help_is_needed_by_right_answers():
    assert told().notes == ()
    assert told(name="logistic_gradient").notes == ()


@pytest.mark.parametrize(
    "answer",
    [
        # a helper of the student's own calls it
        "def step(X, y, w, a):\n    return w - a * logistic_gradient(X, y, w)\n"
        "def descend(X, y, w, learning_rate, steps):\n"
        "    for _ in range(steps):\n        w = step(X, y, w, learning_rate)\n    return w",
        # it is called inside a list, by keywords
        "def descend(X, y, w, learning_rate, steps):\n    v = w + 0.0\n"
        "    [v.__isub__(learning_rate * logistic_gradient(w=v, X=X, y=y)) for _ in range(steps)]\n"
        "    return v",
        # what it gave is changed in place
        "def descend(X, y, w, learning_rate, steps):\n    for _ in range(steps):\n"
        "        g = logistic_gradient(X, y, w)\n        g *= learning_rate\n        w = w - g\n"
        "    return w",
        # it is called twice at each place
        "def descend(X, y, w, learning_rate, steps):\n    for _ in range(steps):\n"
        "        half = learning_rate / 2\n"
        "        w = w - half * logistic_gradient(X, y, w) - half * logistic_gradient(X, y, w)\n"
        "    return w",
        # a class, a partial function, a decorated one
        "class Descend:\n    def __call__(self, X, y, w, a, steps):\n"
        "        for _ in range(steps):\n            w = w - a * logistic_gradient(X, y, w)\n"
        "        return w\ndescend = Descend()",
        "from functools import partial\ndef walk(sign, X, y, w, a, steps):\n"
        "    for _ in range(steps):\n        w = w + sign * a * logistic_gradient(X, y, w)\n"
        "    return w\ndescend = partial(walk, -1)",
        "from functools import wraps\ndef loud(f):\n    @wraps(f)\n    def g(*a):\n"
        "        return f(*a)\n    return g\n" + RIGHT.replace("def ", "@loud\ndef ", 1),
        # the gradient is written out, and only the innermost function is called
        "def descend(X, y, w, learning_rate, steps):\n    for _ in range(steps):\n"
        "        e = sigmoid(scores(X, w)) - y\n"
        "        w = w - learning_rate * np.concatenate([[e.mean()], X.T @ e / len(y)])\n"
        "    return w",
    ],
)
@pytest.mark.parametrize("wrong", [WRONG_GRADIENT, WRONG_SIGMOID])
def test_help_reaches_every_way_of_writing(answer, wrong):
    assert told(answer).notes == ()
    outcome = told(wrong, answer)
    assert outcome.passed
    assert bool(outcome.notes) or "logistic_gradient(" not in answer


# --- whose mistake is shown ---------------------------------------------------------------------


@pytest.mark.parametrize("gradient", [WRONG_SIGMOID, SIGMOID_STUB])
@pytest.mark.parametrize(
    ("old", "new"), [("w - learning", "w + learning"), ("rate *", "rate / 2 *")]
)
def test_a_mistake_of_its_own_is_shown_without_that_of_the_other(gradient, old, new):
    answer = RIGHT.replace(old, new)
    alone, both = told(answer), told(gradient, answer)
    assert (alone.earned, both.earned) == (0, 0)
    assert alone.failure.table == both.failure.table
    assert alone.failure.misconception
    assert both.notes[-1].startswith("Judged with")
    assert alone.notes == ()


def test_where_help_leads_nowhere_the_first_failure_stays():
    """One step more asks for a slope that no right answer needs."""
    outcome = told(SIGMOID_STUB, ONE_STEP_MORE)
    assert outcome.failure.message.startswith("Your function calls sigmoid, and of sigmoid there")
    assert outcome.notes == (f"Could not be j{note('sigmoid')[1:]}",)


def test_a_stub_of_its_own_stays_one():
    outcome = told(SIGMOID_STUB, "def descend(*a):\n    raise NotImplementedError()")
    assert outcome.failure.kind == "not written"
    assert outcome.notes == ()


def test_an_answer_that_does_not_end_is_tried_once(untraced):
    calls = []
    names = written("def logistic_gradient(X, y, w):\n    while True:\n        pass")
    names["calls"] = calls
    exec(RIGHT.replace("    for", "    calls.append(steps)\n    for", 1), names)
    outcome = judge(find(KEY), names["descend"], 1, call_seconds=0.05)
    assert "took longer" in outcome.failure.message
    assert len(calls) == len(set(calls)) or calls.count(calls[-1]) == 1


def test_points_for_a_part_are_kept_where_the_next_one_strays():
    """An answer that earns a part with help keeps it, whatever it asks for afterwards."""
    one = find(f"{ASSIGNMENT}/logistic_gradient")
    (part,) = one.parts
    far = Part("far away", edge_cases={"far": (np.full((2, 1), 99.0), *ARGUMENTS[1:3])})
    exercise = Exercise(one.key, one.reference, (part, far))
    answer = (
        "def logistic_gradient(X, y, w):\n"
        "    e = sigmoid(scores(X, w) if X[0, 0] != 99 else X[:, 0]) - y\n"
        "    return np.concatenate([[e.mean()], X.T @ e / len(X)])"
    )
    outcome = judge(exercise, written(answer, WRONG_SIGMOID)["logistic_gradient"], 1)
    assert outcome.earned == part.points
    assert outcome.failure.part == "far away"
    assert "`sigmoid` with other arguments" in outcome.failure.message


# --- what a stand-in tells ----------------------------------------------------------------------


def test_a_stand_in_knows_what_a_plain_solution_asks_and_nothing_else():
    X, y, w, *_ = ARGUMENTS
    known = Known(find(KEY), ARGUMENTS)
    assert list(known.calls) == ["scores", "sigmoid", "logistic_gradient"]
    right = known.right["logistic_gradient"](X, y, w)
    np.testing.assert_array_equal(known.answer("logistic_gradient", X, y, w), right)
    np.testing.assert_array_equal(known.answer("logistic_gradient", X, y, w=w + 1e-12), right)
    assert known.strayed == ""
    with pytest.raises(LookupError):
        known.answer("logistic_gradient", X, y, w + 1e-3)
    assert known.strayed == "logistic_gradient"
    with pytest.raises(LookupError):  # what it knew before
        known.answer("logistic_gradient", X, y, w)


def test_questions_are_answered_in_any_order_and_as_often_as_they_are_asked():
    known = Known(find(KEY), ARGUMENTS)
    questions = list(known.calls["logistic_gradient"])
    assert len(questions) == 3
    for place in (0, 0, 2, 1, 1, 0, 2, 0, 1, 2):
        question, answer = questions[place]
        np.testing.assert_array_equal(known.answer("logistic_gradient", *question), answer)
    assert known.strayed == ""


@pytest.mark.parametrize(
    "arguments",
    [(), (1,), ({},), ("x",), (None,), (np.array(["a"]),), ([[]],), (10**400,), (object(),)],
)
def test_odd_questions_are_not_answered(arguments):
    known = Known(find(KEY), ARGUMENTS)
    with pytest.raises((LookupError, TypeError)):
        known.answer("sigmoid", *arguments)
    assert known.strayed == "sigmoid"


def test_what_is_needed_is_what_plain_solutions_call():
    assert needed(KEY) == tuple(
        f"{ASSIGNMENT}/{name}" for name in ("logistic_gradient", "scores", "sigmoid")
    )
    assert needed(f"{ASSIGNMENT}/sigmoid") == needed("mine/double") == ()


def test_right_functions_are_not_stood_in_for():
    """So an answer may call them as it likes, and a wrong one is tried no second time."""
    names = written(WRONG_SIGMOID)
    home = Home(1, None)
    assert not home.is_right(names["descend"], f"{ASSIGNMENT}/sigmoid")
    assert home.is_right(names["descend"], f"{ASSIGNMENT}/scores")
    assert home.is_right(names["descend"], f"{ASSIGNMENT}/logistic_gradient")
    row_by_row = (
        "def logistic_gradient(X, y, w):\n"
        "    e = sigmoid(np.concatenate([scores(x[None], w) for x in X])) - y\n"
        "    return np.concatenate([[e.mean()], X.T @ e / len(X)])"
    )
    assert told(row_by_row, WRONG_SIGMOID, name="logistic_gradient").passed
    calls = []
    names = written()
    names["calls"] = calls
    exec(RIGHT.replace("    for", "    calls.append(1)\n    for", 1).replace("w -", "w +"), names)
    outcome = judge(find(KEY), names["descend"], 1, calls=0)
    (part,) = find(KEY).parts
    assert not outcome.passed
    assert len(calls) == len(part.cases(np.random.default_rng(1)))


def test_the_answer_itself_is_not_among_what_is_known():
    """Of the last step, the stand-ins know the slope and not where it leads."""
    known = Known(find(KEY), ARGUMENTS)
    end = plain_functions(KEY)[0]["descend"](*ARGUMENTS)
    for calls in known.calls.values():
        for question, answer in calls:
            assert not any(agree(one, end, 1e-3) for one in (*question, answer))


def test_asking_whether_one_is_on_the_right_way_earns_nothing():
    """Two guesses, and a wrong function of one's own by which to tell which of them is known."""
    answer = """
def mine(X, y, w):
    e = 1 / (1 + np.exp(-(X @ w[1:] + w[0]))) - y
    return np.concatenate([[e.mean()], X.T @ e / len(X)])

def descend(X, y, w, learning_rate, steps):
    guesses = [w + learning_rate * mine(X, y, w), w - learning_rate * mine(X, y, w)]
    for _ in range(steps):
        for guess in guesses:
            try:
                slope = logistic_gradient(X, y, guess)
            except Exception:
                continue
            w = guess
            break
        guesses = [w + learning_rate * mine(X, y, w), w - learning_rate * mine(X, y, w)]
    return guesses[1]
"""
    outcome = told("def logistic_gradient(X, y, w):\n    raise ValueError", answer)
    assert outcome.earned == 0


def test_a_call_that_strayed_fails_even_where_its_answer_is_right():
    names = written(WRONG_GRADIENT, "def own(X, y, w):\n    return logistic_gradient(X, y, w)")
    names["own"] = written()["logistic_gradient"]
    curious = (
        "def descend(X, y, w, learning_rate, steps):\n"
        "    try:\n        logistic_gradient(X, y, w + 1)\n    except Exception:\n        pass\n"
        "    for _ in range(steps):\n        w = w - learning_rate * own(X, y, w)\n    return w"
    )
    exec(curious, names)
    with pytest.raises(Exception, match=r"`logistic_gradient` with other arguments") as caught:
        Helped(find(KEY), names["descend"], Home(1, None), ["logistic_gradient"])(*ARGUMENTS)
    assert caught.value.kind == STRAYED


def test_no_function_stands_in_for_itself_or_for_a_later_one():
    for key in (f"{ASSIGNMENT}/sigmoid", f"{ASSIGNMENT}/scores"):
        (argument, *_) = find(key).parts[0].cases(np.random.default_rng(1))
        assert Known(find(key), argument.arguments).calls == {}
    assert "descend" not in plain_functions(KEY)[1]


def test_an_exercise_of_ones_own_has_no_stand_ins():
    assert plain_functions("mine/double")[1] == {}


def test_names_are_what_they_were_before():
    names = written(WRONG_GRADIENT)
    before = dict(names)
    judge(find(KEY), names["descend"], 1)
    names.pop("__warningregistry__", None)
    assert names == before


def test_lists_of_arrays_are_compared_one_by_one():
    layers = [np.ones((2, 2)), np.zeros(3)]
    assert agree([layer + 1e-9 for layer in layers], layers, 1e-7)
    assert not agree(layers[:1], layers, 1e-7)
    assert not agree([layers[0], layers[1] + 1], layers, 1e-7)
    assert not agree(None, layers, 1e-7)
    assert agree("sum", "sum", 1e-7)
    for other in (np.inf, -np.inf, 1e300, 0.0, np.float32(1), True, 3):
        assert agree(other, other, 1e-7)
        assert not agree(other, 2 * other + 1, 1e-7) or np.isinf(other)
    assert agree(np.nan, np.nan, 1e-7)
    assert not agree(1.0, np.inf, 1e-7)
    assert not agree(np.inf, 1.0, 1e-7)
    assert not agree(np.nan, 1.0, 1e-7)
    assert not agree(np.array([True, False]), np.array([True, True]), 1e-7)
    assert not agree(np.array([1], np.uint8), np.array([2], np.uint8), 1e-7)
    assert not agree("mean", "sum", 1e-7)


def test_what_is_kept_is_a_copy_of_the_same_kind_and_order():
    turned = np.arange(6.0).reshape(2, 3).T
    value = ([turned, (1, np.zeros(2))], {"a": turned}, "sum")
    copy = kept(value)
    turned += 1
    value[0][1][1][0] = 5
    (first, second), named, text = copy
    assert first.tolist() == [[0, 3], [1, 4], [2, 5]] == named["a"].tolist()
    assert first.strides == turned.strides
    assert type(second) is tuple
    assert second[1].tolist() == [0, 0]
    assert text == "sum"
