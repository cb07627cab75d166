"""Search the flat places of the small networks of "The landscape" and write them down.

    OPENBLAS_NUM_THREADS=1 python tools/flat_places.py dlcourse/figures/flat_places.json

Networks of 1 to 5 tanh units on the stripes, 120 starts each: random weights, then a random number
of steps of gradient descent and a little noise, so that places at all heights are found, as Dauphin
et al. (2014) do. About three minutes on one core.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from dlcourse.figures.landscape import FOUND, down_directions, n_weights, stripes_loss
from dlcourse.landscape import find_critical_point

STARTS = 120
DESCENTS = (0, 30, 100, 300, 1000, 3000)


def search(units: int, seed: int) -> tuple[list[float], float, int] | None:
    """Return weights, loss and directions down of the flat place near a start, if one is found."""
    loss = stripes_loss(units)
    rng = np.random.default_rng(seed)
    w = rng.normal(size=n_weights(units))
    for _ in range(rng.choice(DESCENTS)):
        w = w - 0.5 * loss(w)[1]
    w = w + 0.5 * rng.normal(size=w.shape)
    found = find_critical_point(lambda v: loss(v)[1], w, tolerance=1e-9, max_iterations=300)
    if not found.converged:
        return None
    return found.w.round(7).tolist(), loss(found.w)[0], down_directions(units, found.w)


def main() -> None:
    """Search from all starts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("to", type=Path)
    to = parser.parse_args().to
    places = {
        units: [place for seed in range(STARTS) if (place := search(units, seed))]
        for units in FOUND
    }
    to.write_text(json.dumps(places) + "\n")


if __name__ == "__main__":
    main()
