"""Compare simple methods with networks, for the chapter "When to use deep learning".

    export OPENBLAS_NUM_THREADS=1
    python tools/when_to_use.py diamonds.csv dlcourse/figures/when_to_use.json

For each data set, number n of examples, method and draw: of the n examples a fifth chooses among
the method's settings, which is then trained on all n and tried on 1,000 others. Written down are
the mistakes, and the CPU seconds of choosing and training and of telling the 1,000. The table of
diamonds is ``data/diamonds.csv`` of plotnine 0.15.9 (from ggplot2). About two minutes on one core.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from tqdm import tqdm

from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.estimators import MLPClassifier
from dlcourse.figures.when_to_use import CLASSES, SharedNet, signals

SIZES, SEEDS, TESTED = (50, 150, 500, 1500), range(2), 1000
STEPS, BATCH = 1000, 32

Table = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]
Predict = Callable[[Table], Labels]
Settings = dict[str, Any]


def of_sklearn(kind: type, **fixed: Any) -> Callable[[Settings, Table, Labels, int], Predict]:
    """Train an estimator of scikit-learn."""
    return lambda settings, X, y, seed: kind(**fixed, **settings).fit(X, y).predict


def net(settings: Settings, X: Table, y: Labels, seed: int) -> Predict:
    """Train our network, for the same number of steps whatever n."""
    epochs = -(-STEPS * BATCH // len(X))
    model = MLPClassifier(batch_size=BATCH, epochs=epochs, random_state=seed, **settings)
    return model.fit(X, y).predict


def shared(settings: Settings, X: Table, y: Labels, seed: int) -> Predict:
    """Train detectors that look everywhere with the same weights."""
    rng = np.random.default_rng(seed)
    model = SharedNet(30, settings["width"], CLASSES, rng)
    model.train(X, y, rng, STEPS)
    return lambda X: model.scores(X).argmax(axis=1)


def forest(settings: Settings, X: Table, y: Labels, seed: int) -> Predict:
    """Train 50 trees."""
    return RandomForestClassifier(50, random_state=seed, **settings).fit(X, y).predict


def grid(**lists: list[Any]) -> list[Settings]:
    """Return all combinations."""
    combinations: list[Settings] = [{}]
    for name, values in lists.items():
        combinations = [{**known, name: value} for known in combinations for value in values]
    return combinations


METHODS: dict[str, tuple[Callable[..., Predict], list[Settings]]] = {
    "linear": (net, grid(hidden_sizes=[()], learning_rate=[0.003, 0.03])),
    "neighbours": (of_sklearn(KNeighborsClassifier), grid(n_neighbors=[1, 3, 10])),
    "trees": (forest, grid(max_features=["sqrt", 0.3])),
    "kernel": (of_sklearn(SVC), grid(C=[1, 10])),
    "net": (net, grid(hidden_sizes=[(100,), (100, 100)], learning_rate=[0.003])),
    "shared": (shared, grid(width=[6, 12])),
}


def diamonds(file: Path) -> tuple[Table, Labels]:
    """Read nine columns and the cut; letters and grades become their place in the order."""
    grades = {
        "cut": ["Fair", "Good", "Very Good", "Premium", "Ideal"],
        "color": list("JIHGFED"),
        "clarity": ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"],
    }
    with file.open(encoding="utf-8", newline="") as lines:
        table = [
            [grades[k].index(v) if k in grades else float(v) for k, v in row.items()]
            for row in csv.DictReader(lines)
        ]
    columns = list(zip(*table, strict=True))
    cut = np.array(columns.pop(1), dtype=int)
    return np.array(columns, dtype=np.float32).T, cut


def draws(file: Path) -> Iterator[tuple[str, int, tuple[Table, Labels, Table, Labels]]]:
    """Yield the name of each data set, the seed, and what is drawn: to learn from, to be told."""
    X, y, X_test, y_test = load_digits_subset()
    digits = half_size(np.vstack([X, X_test])), np.concatenate([y, y_test])
    gems = diamonds(file)
    n = max(SIZES)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        rows = rng.permutation(len(digits[0]))[: n + TESTED]
        X, y = (part[rows] for part in digits)
        mixed = X[:, rng.permutation(X.shape[1])]
        yield "digits", seed, (X[:n], y[:n], X[n:], y[n:])
        yield "shuffled digits", seed, (mixed[:n], y[:n], mixed[n:], y[n:])
        rows = rng.permutation(len(gems[0]))[: n + TESTED]
        X, y = (part[rows] for part in gems)
        yield "diamonds", seed, (X[:n], y[:n], X[n:], y[n:])
        X, y = signals(n + TESTED, rng)
        X = X.astype(np.float32)
        mixed = X[:, rng.permutation(X.shape[1])]
        yield "signals", seed, (X[:n], y[:n], X[n:], y[n:])
        yield "shuffled signals", seed, (mixed[:n], y[:n], mixed[n:], y[n:])


def trial(method: str, X: Table, y: Labels, X_test: Table, y_test: Labels, seed: int) -> Settings:
    """Choose, train and test one method."""
    learn, choices = METHODS[method]
    begin, cut = time.process_time(), len(X) * 4 // 5
    wrong = [
        (learn(settings, X[:cut], y[:cut], seed)(X[cut:]) != y[cut:]).sum() for settings in choices
    ]
    predict = learn(choices[int(np.argmin(wrong))], X, y, seed)
    trained = time.process_time()
    told = predict(X_test)
    return {
        "wrong": int((told != y_test).sum()),
        "training": round(trained - begin, 3),
        "telling": round(time.process_time() - trained, 4),
    }


def main(file: Path, out: Path) -> None:
    """Try everything; write a line for each data set, method and number of examples."""
    found: dict[tuple[str, str, int], list[Settings]] = {}
    for data, seed, (X, y, X_test, y_test) in tqdm(draws(file), total=5 * len(SEEDS)):
        mixed = data.startswith("shuffled")
        for n in SIZES[-1:] if mixed else SIZES:
            mean, spread = (X[:n].mean(axis=0), X[:n].std(axis=0)) if data == "diamonds" else (0, 1)
            parts = ((X[:n] - mean) / spread, y[:n], (X_test - mean) / spread, y_test)
            for method in METHODS:
                if method != "shared" or "signals" in data:
                    found.setdefault((data, method, n), []).append(trial(method, *parts, seed))
        cells = [
            {"data": data, "method": method, "n": n}
            | {name: [run[name] for run in runs] for name in runs[0]}
            for (data, method, n), runs in found.items()
        ]
        out.write_text("[\n" + ",\n".join(map(json.dumps, cells)) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("diamonds", type=Path, help="the table of diamonds")
    parser.add_argument("file", type=Path, help="where to write the results, as JSON")
    arguments = parser.parse_args()
    main(arguments.diamonds, arguments.file)
