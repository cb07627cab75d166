"""Handwritten digits: a subset that comes with the package, and all of MNIST by download.

Images are rows of 784 grey values between 0 (paper) and 1 (ink), row by row of 28 x 28 pixels.
Source: LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86(11), 1998; licence CC BY-SA 3.0 (see ``data/LICENSE-MNIST``).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dlcourse.datasets.idx import parse_idx, read_idx_gz

Digits = tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
"""Where :func:`load_mnist` looks for the files, in this order."""

SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
"""The four files of the original distribution; one with other content is never read."""

SHA256_UNPACKED = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""The same four as many programs keep them, taken from the cache in place of the packed ones."""

TIMEOUT_SECONDS = 30.0


def load_digits_subset() -> Digits:
    """Load 5,000 training and 1,000 test images that are part of the package.

    500 images of each digit were drawn at random from MNIST's training set, 100 of each from its
    official test set.

    Returns
    -------
    X_train : ndarray of float32, shape (5000, 784), values in 0 to 1
    y_train : ndarray of int, shape (5000,)
    X_test : ndarray of float32, shape (1000, 784)
    y_test : ndarray of int, shape (1000,)

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = load_digits_subset()
    >>> X_train.shape, y_train[:5]
    ((5000, 784), array([2, 1, 7, 0, 7]))
    """
    archive = files("dlcourse.datasets.data") / "digits.npz"
    with archive.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return (
            _as_rows(arrays["x_train"]),
            arrays["y_train"].astype(np.intp),
            _as_rows(arrays["x_test"]),
            arrays["y_test"].astype(np.intp),
        )


def half_size(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shrink images to 14 x 14 pixels, each the mean of four.

    Parameters
    ----------
    images : ndarray of shape (n, 784)

    Returns
    -------
    ndarray of shape (n, 196)

    Examples
    --------
    >>> half_size(np.ones((2, 784))).shape
    (2, 196)
    """
    small: NDArray[np.float32] = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return small.reshape(-1, 196)


def mislabel(y: NDArray[np.intp], wrong: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Give the first so many digits the label of another class, each of the nine equally likely.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels, 0 to 9; they stay as they are.
    wrong : int
        How many get a wrong label, 0 to n.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> mislabel(np.array([3, 3, 3]), 2, np.random.default_rng(0))
    array([1, 9, 3])
    """
    labels = y.copy()
    labels[:wrong] = (labels[:wrong] + rng.integers(1, 10, wrong)) % 10
    return labels


def load_mnist(cache: str | Path | None = None) -> Digits:
    """Load all 70,000 images, downloading 11.6 MB the first time.

    Every file is checked against its SHA-256 before it is read, at the first use and at every
    later one.

    Parameters
    ----------
    cache : str or Path, optional
        Folder to keep the files in. By default the user's cache folder for ``dlcourse``. Files
        that lie there already are used, packed (``.gz``) or unpacked.

    Returns
    -------
    X_train : ndarray of float32, shape (60000, 784), values in 0 to 1
    y_train : ndarray of int, shape (60000,)
    X_test : ndarray of float32, shape (10000, 784)
    y_test : ndarray of int, shape (10000,)

    Raises
    ------
    ConnectionError
        If a file is neither in the cache nor to be had from any mirror. The message says which
        addresses were tried and where to put a file that you have from elsewhere.

    Examples
    --------
    ``X_train, y_train, X_test, y_test = load_mnist()``
    """
    folder = default_cache() if cache is None else Path(cache)
    images, labels, test_images, test_labels = (_read(name, folder) for name in SHA256)
    return (
        _as_rows(images),
        labels.astype(np.intp),
        _as_rows(test_images),
        test_labels.astype(np.intp),
    )


def default_cache() -> Path:
    """Folder of the downloaded files: the user's cache folder for ``dlcourse``."""
    import pooch

    return Path(pooch.os_cache("dlcourse"))


def is_complete(folder: Path) -> bool:
    """Whether a folder holds all four files, packed or unpacked."""
    return all((folder / name).is_file() or _unpacked(name, folder).is_file() for name in SHA256)


def _unpacked(name: str, folder: Path) -> Path:
    return folder / name.removesuffix(".gz")


def _read(name: str, folder: Path) -> NDArray[np.uint8]:
    import pooch

    unpacked = _unpacked(name, folder)
    if unpacked.is_file() and pooch.file_hash(unpacked) == SHA256_UNPACKED[unpacked.name]:
        return parse_idx(unpacked.read_bytes())
    return read_idx_gz(_fetch(name, folder))


def _fetch(name: str, folder: Path) -> Path:
    """Path of a file whose SHA-256 is right: from the folder, else from the first mirror."""
    import pooch  # here, because it loads an HTTP client that nobody else needs

    failures = []
    for mirror in MIRRORS:
        try:
            found = pooch.retrieve(
                mirror + name,
                known_hash=f"sha256:{SHA256[name]}",
                fname=name,
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS),
            )
            return Path(found)
        # An HTTP failure is an OSError, a wrong hash a ValueError.
        except (OSError, ValueError) as error:
            failures.append(f"  {mirror + name}\n    {error}")
    raise ConnectionError(
        f"{name} could not be downloaded. Tried:\n"
        + "\n".join(failures)
        + f"\nIf you have the file from elsewhere, put it into {folder} and call again "
        f"(its SHA-256 must be {SHA256[name]}; unpacked it is welcome too, as "
        f"{_unpacked(name, folder).name}). "
        "load_digits_subset() needs no network: it has 6,000 of the 70,000 images."
    )


def _as_rows(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 28, 28) bytes to (n, 784) numbers in 0 to 1."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)
