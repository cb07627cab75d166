"""Attacks on what crosses the wall from inside, in tests of an instructor: all of them lose.

Some are answers like any other. In others the student's process lies in what it sends, which it
can: its first cell finds the harness and changes it.
"""

import contextlib
import json
from itertools import chain, combinations

import pytest
from grading.builders import cell, solution_spec, test_spec
from grading.test_forgeable import STUB, grade, outputs, tagged  # noqa: F401  (a fixture)
from grading.test_referee import (  # noqa: F401  (fixtures)
    ROOMY,
    liar,
    one_test,
    play,
    student_shell,
)

from dlcourse.checks.errors import StudentError
from dlcourse.grading.proxies import ABILITIES, StandIn, StudentFunction, stand_in_class
from dlcourse.grading.referee import FORGEABLE

LOOT = "hidden-input-loot"
CHANGE = (
    "import sys\n"
    "def change(name, new):\n"
    "    for module in list(sys.modules.values()):\n"
    "        if module is not None and name in vars(module): setattr(module, name, new)\n"
)

FORGED = {
    "a data class of the test's name": (
        "import dataclasses\n@dataclasses.dataclass\nclass Point:\n    x: object = 7\n"
        "    def __eq__(self, other): return True\ndef f(x): return Point()",
        "import dataclasses\n@dataclasses.dataclass\nclass Point:\n    x: int\n"
        "assert f(1) == Point(3)",
    ),
    "an enumeration of the test's name": (
        "import enum\nclass Colour(enum.Enum):\n    RED = 7\n"
        "    name = property(lambda self: 'BLUE')\n"
        "def f(x): return Colour.RED",
        "import enum\nColour = enum.Enum('Colour', 'RED BLUE')\nassert f(1) == Colour.BLUE",
    ),
    "a list that is equal to all": (
        "class L(list):\n    __eq__ = lambda self, other: True\ndef f(x): return [L([1])]",
        "assert f(1) == [[2]] or [[2]] == f(1)",
    ),
    "keys that are equal to all": (
        "class S(str):\n    __eq__ = lambda self, other: True\n"
        "    __hash__ = lambda self: hash('b')\n"
        "def f(x): return {S('a'): 1}",
        "assert f(1)['b'] == 1",
    ),
    "a number that turns into another": (
        "class I(int):\n    __pos__ = __index__ = __int__ = lambda self: 5\ndef f(x): return I(4)",
        "assert f(1) == 5 or f(1) + 0 == 5",
    ),
    "counts of none": (
        "from collections import Counter\ndef f(x): return Counter(a=0)",
        "assert f(1) == {} or dict(f(1)) == {}",
    ),
    "a Fraction of objects": (
        "from fractions import Fraction\nclass F(Fraction):\n"
        "    __eq__ = lambda self, other: True\n    numerator = property(lambda self: 6)\n"
        "def f(x): return F(1, 2)",
        "assert f(1) == 5",
    ),
    "a path that opens": (
        "import pathlib\nclass P(type(pathlib.Path())):\n    read_text = lambda self: 'right'\n"
        "def f(x): return P('/etc/passwd')",
        "assert f(1).read_text() == 'right'",
    ),
    "equal to NumPy's tests": (
        "class C: pass\ndef f(x): return C()",
        "np.testing.assert_equal(f(1), 3)",
    ),
    "equal to unittest's": (
        "class C: __sub__ = __round__ = lambda *_: 0\ndef f(x): return C()",
        "import unittest\nunittest.TestCase().assertAlmostEqual(f(1), 3)",
    ),
    "about right to pytest": (
        "class C:\n    __sub__ = __rsub__ = __abs__ = lambda *_: 0\n    __len__ = lambda self: 1\n"
        "    __getitem__ = lambda self, i: [3.0][i]\ndef f(x): return C()",
        "import pytest\nassert f(1) == pytest.approx([4.0]) or pytest.approx([4.0]) == f(1)",
    ),
    "a mock that was called with an object": (
        "class C(str): __eq__ = lambda self, other: True\n"
        "class D: __eq__ = lambda self, other: True\n"
        "def f(x):\n    print(C('no'))\n    print(D())",
        "from unittest.mock import call, patch\nwith patch('builtins.print') as shown: f(1)\n"
        "assert call('yes') in shown.mock_calls",
    ),
    "sequences without end": (
        "class C: __getitem__ = lambda self, i: 4\ndef f(x): return C()",
        "assert next(b for a, b in zip(f(1), range(10**9)) if a != 4) or list(f(1))",
    ),
    "letters beyond all letters": (
        "import numpy as np\ndef f(x): return np.frombuffer(b'\\xff\\xff\\xff\\x7f', 'U1')",
        "assert f(1) == 'a' or str(f(1)) == 'a', f(1)",
    ),
    "a generator of a state that is none": (
        "import numpy as np\nclass B(np.random.PCG64):\n    state = {'state': {'state': -1}}\n"
        "def f(x): return np.random.Generator(np.random.PCG64(7))",
        "assert f(1).random() == np.random.default_rng(3).random()",
    ),
    "an error of the name of a test's own": (
        "class Skipped(Exception): pass\nclass AssertionError(Exception): pass\n"
        "def f(x): raise Skipped if x else AssertionError",
        "class Skipped(Exception): pass\ntry: f(1)\nexcept Skipped: pass",
    ),
    "a seed that is taken from the test": (
        "import numpy as np\ndef f(x):\n    np.random.seed(x)\n    return np.random.rand()",
        "np.random.seed(3)\nassert f(4) == np.random.rand()",
    ),
    "a replaced name that is asked for by another": (
        "def mine(x): return 0\nlater = lambda x: mine(x)\ndef f(x): return globals()['mine'](x)",
        "student, mine = mine, lambda x: 2 * x\nassert student(4) == mine(4)",
    ),
    "an answer that grows while it is compared": (
        "class C(dict):\n    __getitem__ = lambda self, key: self.setdefault(key, key)\n"
        "    __missing__ = lambda self, key: key\ndef f(x): return C()",
        "assert f(1)['a'] == 'a'",
    ),
    "fields of a test's in a tuple": (
        "import collections\ndef f(x):\n"
        "    return collections.namedtuple('T', '__eq__ x', rename=True)(lambda *a: True, 1)",
        "assert f(1) == (1, 2)",
    ),
}


@pytest.mark.usefixtures("clean_ipython")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("title", FORGED)
def test_a_wrong_answer_earns_nothing(play, title):  # noqa: F811
    answer, test = FORGED[title]
    after = play(one_test(f"import numpy as np\n{test}"), cell(answer, "f"))
    assert after.scores == {"t": 0.0}, after.text("t")
    assert after.referee.stopped == ""


FLOODS = {
    "warnings of an iterator": (
        "import warnings\ndef f(x):\n    for n in range(3000):\n"
        "        warnings.warn(f'{n}')\n        yield n",
        "assert list(f(1)) == []",
    ),
    "prints of an iterator": (
        "def f(x):\n    while True:\n        print('x' * 4_000_000)\n        yield 1",
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()): list(f(1))",
    ),
    "items of an iterator": ("def f(x):\n    while True: yield bytes(15_000_000)", "list(f(1))"),
    "a source that is long to split": (
        CHANGE + "change('source_of', lambda f: 'a\\n' * 7_900_000)\ndef f(x): return x",
        "import inspect\nassert inspect.getsource(f) == ''",
    ),
    "a source that is deep": (
        CHANGE + "change('source_of', lambda f: '-' * 100_000 + '1')\ndef f(x): return x",
        "import ast, inspect\nast.parse(inspect.getsource(f))",
    ),
    "names without end": (
        CHANGE + "change('uses', lambda *_: [f'{n}' for n in range(190_000)])\n"
        "def f(x): return [lambda y: y] * 2 + [lambda y: y for _ in range(10)]",
        "from unittest.mock import patch\nwith patch('builtins.print'):\n"
        "    for each in f(1): each(1)\nassert f(1) == 1",
    ),
}


@pytest.mark.parametrize("title", FLOODS)
def test_a_flood_costs_its_own_test_alone(grade, title):  # noqa: F811
    answer, test = FLOODS[title]
    spec = (
        solution_spec("f", STUB),
        test_spec("t", test),
        test_spec("other", "assert callable(f)"),
    )
    result = grade(spec, answer)
    assert (result.status, result.scores) == ("graded", {"t": 0.0, "other": 1.0})


SAID = "loot = '-'.join(['hidden', 'input', 'loot'])\n"
LEAKS = {
    "an error": "def f(x):\n    raise type(loot.replace('-', '_'), (ValueError,), {})(loot)",
    "warnings of an iterator": (
        "import warnings\ndef f(x):\n    warnings.warn(loot)\n    yield loot"
    ),
    "an object": (
        "class f:\n    def __init__(self, x): self.x = x\n"
        "    __repr__ = __str__ = lambda self: loot"
    ),
    "what describes it": (
        "def f(x):\n    f.__doc__ = f.__name__ = loot\n    print(loot)\n    return f"
    ),
    "a display of an earlier cell": (
        "from IPython.display import display, update_display\ndisplay('x', display_id='d')\n"
        "def f(x):\n    update_display(loot, display_id='d')\n    return loot"
    ),
}


@pytest.mark.parametrize("title", LEAKS)
def test_what_a_hidden_test_gave_is_not_said_by(grade, title):  # noqa: F811
    secret = "kept = f(1)\nprint(kept)\nassert list(kept) == 1"
    hidden = f"kept = f\n### BEGIN HIDDEN TESTS\n{secret}\n### END HIDDEN TESTS"
    behind = "print(kept, f.__doc__)\nkept"
    spec = (
        solution_spec("f", STUB),
        test_spec("t", hidden),
        test_spec("behind", behind),
        tagged("marked", "print(f(1))\nassert f(1) == 2, f(1)"),
    )
    result = grade(spec, SAID + LEAKS[title])
    told = [one.get("outputs") for one in json.loads(result.graded)["cells"]]
    assert LOOT not in json.dumps(told).replace("_", "-")
    assert LOOT not in result.feedback.replace("_", "-")


VALUES = (
    "f",
    "[f]",
    "type('C', (), {})()",
    "iter([1.0])",
    "__import__('fractions').Fraction(1, 2)",
    "'1.0'",
)


@pytest.mark.parametrize("value", VALUES)
def test_a_tagged_test_says_no_score_but_a_number(grade, value):  # noqa: F811
    """Whatever the process says, nothing else changes, and that it may be forged is still said."""
    lie = CHANGE + (
        "import dlcourse.checks\n"
        "for module in list(sys.modules.values()):\n"
        "    if hasattr(getattr(module, 'Student', None), 'snapshot'):\n"
        "        module.Student.test = lambda self, request: {'outputs': [{'output_type': 'stream',"
        " 'name': 'stdout', 'text': '\\x1b[8m\\x1b[37;47m\\r\\n' * 1000}], 'value': VALUE}\n"
        "def f(x): return 0\n"
    ).replace("VALUE", value)
    spec = (
        solution_spec("f", STUB),
        test_spec("t", "assert f(1) == 2"),
        tagged("marked", "assert f(1) == 2"),
    )
    result = grade(spec, lie)
    assert result.scores == {"t": 0.0, "marked": 0.0}
    assert FORGEABLE in outputs(result, "marked")[0]["text"]
    assert "which can forge its points" in result.feedback


def test_all_abilities_together_make_a_class():
    letters = chain.from_iterable(combinations(ABILITIES, n) for n in range(len(ABILITIES) + 1))
    for each in map("".join, letters):
        assert issubclass(stand_in_class("Thing", each), StandIn)


NESTED = {"k": ["1.1", "Thing", "nil", ""]}


@pytest.mark.parametrize(
    "packed",
    [
        {"v": ["namedtuple", {"l": ["T", NESTED, NESTED]}]},
        {"v": ["Generator", {"d": [["bit_generator", "PCG64"], ["state", NESTED]]}]},
        {"v": ["timedelta", {"l": [NESTED, NESTED, NESTED]}]},
        {"v": ["deque", {"l": [{"l": []}, NESTED]}]},
        {"v": [NESTED, NESTED]},
        {"v": ["dtype", NESTED]},
        {"s": [NESTED, NESTED]},
        {"d": [[NESTED, 1], [{"v": ["Decimal", "sNaN"]}, 2]]},
    ],
    ids=lambda packed: json.dumps(packed)[:40],
)
def test_objects_in_the_parts_of_a_value_do_no_harm(liar, packed):  # noqa: F811
    frame = json.dumps({"d": [["answer", packed]]}).encode()
    with contextlib.suppress(StudentError):
        StudentFunction("f", liar(len(frame).to_bytes(4) + bytes(4) + frame))()


@pytest.mark.usefixtures("clean_ipython")
def test_errors_whose_arguments_are_objects_without_end(liar):  # noqa: F811
    more = {"d": [["kinds", {"l": ["ValueError"]}], ["arguments", {"l": [NESTED]}]]}
    error = {"d": [["error", {"l": ["a", "b", "c", "d"]}], ["raised", more]]}
    frame = json.dumps(error).encode()
    with pytest.raises((StudentError, RecursionError)):
        StudentFunction("f", liar(*[len(frame).to_bytes(4) + bytes(4) + frame] * 50))()


PROGRAMS = {
    "type hints": (
        "def f(x: {!r}) -> int: return 0",
        "from typing import get_type_hints\nget_type_hints(f)",
    ),
    "annotations": (
        "def f(x: {!r}) -> int: return 0",
        "import inspect\ninspect.get_annotations(f, eval_str=True)",
    ),
    "dispatch": (
        "def f(x: {!r}) -> int: return 0",
        "import functools\nfunctools.singledispatch(lambda x: x).register(f)",
    ),
    "doctest": (
        "def f(x):\n    '''\n    >>> _ = {}\n    '''",
        "import doctest\ndoctest.run_docstring_examples(f, {'f': f})",
    ),
}


@pytest.mark.grading
@pytest.mark.parametrize("title", PROGRAMS)
def test_no_text_of_a_students_runs_as_a_program(grade, tmp_path, title):  # noqa: F811
    answer, test = PROGRAMS[title]
    written = tmp_path / "written"
    program = f"open('{written}', 'w').write('x')"
    grade((solution_spec("f", STUB), test_spec("t", test)), answer.format(program))
    assert not written.exists()
