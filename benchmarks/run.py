"""Measure the speeds that the course claims and write them where the book shows them.

One thread, CPU seconds, contestants interleaved, median over rounds:

    make bench

Each contestant is a generator function: it sets itself up once, then yields the CPU seconds of one
training step, averaged over one epoch, each time it is asked. The page ``book/benchmarks.md`` shows
the tables; ``book/benchmarks.json`` holds a list of machines, and this script renews the entry of
the processor that it runs on.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"  # must be set before NumPy is imported

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import sklearn.neural_network
import torch
from tqdm import tqdm

from benchmarks.machine import machine
from dlcourse.datasets import load_digits_subset, xor
from dlcourse.network import initialize
from dlcourse.optimizers import OPTIMIZERS
from dlcourse.training import Callback, Epoch, train

RESULTS = Path(__file__).parent.parent / "book" / "benchmarks.json"
NETS = {
    "784-256-128-10": {"rows": 60_000, "batch_size": 128},
    "784-1024-1024-10": {"rows": 12_800, "batch_size": 128},
    "2-16-1": {"rows": 3_200, "batch_size": 16},
}
LEARNING_RATE = {"momentum": 0.01, "adam": 0.001}


class Task:
    """One net, one optimiser, one data set."""

    def __init__(self, net: str, optimizer: str) -> None:
        self.net, self.optimizer = net, optimizer
        self.sizes = tuple(int(size) for size in net.split("-"))
        self.batch_size = NETS[net]["batch_size"]
        self.learning_rate = LEARNING_RATE[optimizer]
        self.binary = self.sizes[-1] == 1
        if self.binary:
            X, self.y = xor(NETS[net]["rows"], 0.1, np.random.default_rng(0))
        else:
            X, y, _, _ = load_digits_subset()
            copies = NETS[net]["rows"] // len(X) + 1
            X, self.y = np.tile(X, (copies, 1)), np.tile(y, copies)
        self.X = X[: NETS[net]["rows"]].astype(np.float32)
        self.y = self.y[: len(self.X)]
        self.steps = -(-len(self.X) // self.batch_size)

    def train(self, epochs: int, callback: Callback) -> None:
        """Train a new network by the loop of the course, as students call it."""
        rng = np.random.default_rng(0)
        train(
            initialize(self.sizes, rng, dtype=np.float32),
            self.X,
            self.y,
            loss="binary_cross_entropy" if self.binary else "cross_entropy",
            optimizer=OPTIMIZERS[self.optimizer](self.learning_rate),
            epochs=epochs,
            batch_size=self.batch_size,
            rng=rng,
            callbacks=[callback],
            progress=False,
        )


def matrix_products(task: Task) -> Iterator[float]:
    """The floor: a step's matrix products alone, on arrays that are already there."""
    n, rng = task.batch_size, np.random.default_rng(0)
    sizes = list(pairwise(task.sizes))
    W = [rng.normal(size=(out, into)).astype(np.float32) for into, out in sizes]
    X = [rng.normal(size=(n, size)).astype(np.float32) for size in task.sizes]
    dS, dW = [x.copy() for x in X], [w.copy() for w in W]
    while True:
        start = time.process_time()
        for _ in range(task.steps):
            for layer, w in enumerate(W):
                np.matmul(X[layer], w.T, out=X[layer + 1])
            for layer in range(len(W) - 1, -1, -1):
                np.matmul(dS[layer + 1].T, X[layer], out=dW[layer])
                if layer:
                    np.matmul(dS[layer + 1], W[layer], out=dS[layer])
            for x in X[1:] + dS[1:-1]:
                x.fill(1)  # keep the numbers from growing; counted, and small
        yield (time.process_time() - start) / task.steps


def dlcourse(task: Task) -> Iterator[float]:
    """The training loop of the course, its second epoch."""
    while True:
        ends: list[float] = []
        task.train(2, lambda _, ends=ends: ends.append(time.process_time()))
        yield (ends[1] - ends[0]) / task.steps


def pytorch(task: Task) -> Iterator[float]:
    """PyTorch in eager mode, batches cut by indexing one tensor."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    for into, out in pairwise(task.sizes):
        layers += [torch.nn.Linear(into, out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    if task.optimizer == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), task.learning_rate)
    else:
        optimizer = torch.optim.SGD(model.parameters(), task.learning_rate, momentum=0.9)
    X, y = torch.from_numpy(task.X), torch.from_numpy(task.y.astype(np.int64))
    loss_function: Callable[..., torch.Tensor] = torch.nn.functional.cross_entropy
    if task.binary:
        loss_function = torch.nn.functional.binary_cross_entropy_with_logits
        y = y.to(torch.float32).reshape(-1, 1)
    while True:
        start = time.process_time()
        order = torch.randperm(len(X))
        for first in range(0, len(X), task.batch_size):
            rows = order[first : first + task.batch_size]
            optimizer.zero_grad()
            loss_function(model(X[rows]), y[rows]).backward()
            optimizer.step()
        yield (time.process_time() - start) / task.steps


def scikit_learn(task: Task) -> Iterator[float]:
    """scikit-learn's MLPClassifier, one ``partial_fit`` for each epoch."""
    model = sklearn.neural_network.MLPClassifier(
        task.sizes[1:-1],
        solver={"momentum": "sgd", "adam": "adam"}[task.optimizer],
        alpha=0,
        nesterovs_momentum=False,
        batch_size=task.batch_size,
        learning_rate_init=task.learning_rate,
        random_state=0,
    )
    classes = np.unique(task.y)
    while True:
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.partial_fit(task.X, task.y, classes=classes)
        yield (time.process_time() - start) / task.steps


CONTESTANTS = (matrix_products, dlcourse, pytorch, scikit_learn)


def measure(task: Task, rounds: int) -> dict[str, list[float]]:
    """CPU seconds per step of each contestant, taken in turn; the first round warms up."""
    running = {contestant.__name__: contestant(task) for contestant in CONTESTANTS}
    seconds: dict[str, list[float]] = {name: [] for name in running}
    for _ in tqdm(range(rounds + 1), desc=f"{task.net} {task.optimizer}", disable=None):
        for name, contestant in running.items():
            seconds[name].append(next(contestant))
    return {name: values[1:] for name, values in seconds.items()}


def page_faults(task: Task) -> float:
    """Minor page faults per training step once warm, over three epochs."""
    counts = []

    def count(_: Epoch) -> None:
        counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)

    task.train(5, count)
    return (counts[4] - counts[1]) / (3 * task.steps)


def row(task: Task, rounds: int) -> dict[str, object]:
    """One row of the table: medians, ours in seconds and the others in steps of ours."""
    seconds = measure(task, rounds)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    step = medians.pop("dlcourse")
    spread = max(seconds["dlcourse"]) - min(seconds["dlcourse"])
    return {
        "net": task.net,
        "optimizer": task.optimizer,
        "step_seconds": step,
        "spread": round(spread / step, 3),
        "takes": {name: round(value / step, 2) for name, value in medians.items()},
        "faults_per_step": round(page_faults(task), 3),
    }


def import_milliseconds(statement: str, rounds: int = 15) -> float:
    """Median wall time of a fresh interpreter that runs ``statement``."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    """Run every measurement and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=NETS, help="one net, printed and not written")
    arguments = parser.parse_args()
    rows = []
    for net in [arguments.only] if arguments.only else NETS:
        for optimizer in LEARNING_RATE:
            rows.append(row(Task(net, optimizer), arguments.rounds))
            print(rows[-1], flush=True)
    if arguments.only:
        return
    ours = {
        "machine": machine("numpy", "torch", "scikit-learn"),
        "rounds": arguments.rounds,
        "imports": {
            name: round(import_milliseconds(f"import {name}"), 1) for name in ("numpy", "dlcourse")
        },
        "steps": rows,
    }
    others = [
        entry
        for entry in json.loads(RESULTS.read_text())
        if entry["machine"]["processor"] != ours["machine"]["processor"]
    ]
    RESULTS.write_text(json.dumps([ours, *others], indent=1) + "\n")


if __name__ == "__main__":
    main()
