"""The bundled digits, and the download of all of MNIST against a server of our own."""

import gzip
import hashlib
import struct
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.datasets import load_digits_subset, load_mnist, mislabel, mnist

NAMES = list(mnist.SHA256)
SUBSET_SHA256 = "bd7be1461c73819a997dc13edb8b6bc77ebb586ee85b559c7496753796e5167d"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        self.server.asked.append(self.path)


@pytest.fixture
def serve():
    """Start servers for folders; each lists in ``asked`` what it was asked for."""
    servers = []

    def start(folder):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
        server.asked = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server, f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder with four small IDX files whose hashes are the ones asked for."""
    pytest.importorskip("pooch")
    folder = tmp_path / "published"
    folder.mkdir()
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (6, 28, 28), np.uint8),
        np.array([0, 1, 2, 3, 4, 5], np.uint8),
        rng.integers(0, 256, (3, 28, 28), np.uint8),
        np.array([9, 8, 7], np.uint8),
    ]
    hashes, unpacked = {}, {}
    for name, array in zip(NAMES, arrays, strict=True):
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        content = header + array.tobytes()
        packed = gzip.compress(content)
        (folder / name).write_bytes(packed)
        hashes[name] = hashlib.sha256(packed).hexdigest()
        unpacked[name.removesuffix(".gz")] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(mnist, "SHA256", hashes)
    monkeypatch.setattr(mnist, "SHA256_UNPACKED", unpacked)
    return folder, arrays


@pytest.fixture
def dead_mirror(monkeypatch):
    """An address where nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler) as server:
        port = server.server_port
    return f"http://127.0.0.1:{port}/"


def test_downloads_checks_and_reads(tiny, serve, tmp_path, monkeypatch):
    folder, (images, labels, test_images, test_labels) = tiny
    server, url = serve(folder)
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    X_train, y_train, X_test, y_test = load_mnist(tmp_path / "cache")
    assert X_train.dtype == X_test.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.intp
    assert_allclose(X_train, images.reshape(6, 784) / 255, rtol=1e-6)
    assert_allclose(X_test, test_images.reshape(3, 784) / 255, rtol=1e-6)
    assert_array_equal(y_train, labels)
    assert_array_equal(y_test, test_labels)
    assert sorted(server.asked) == sorted("/" + name for name in NAMES)


def test_the_second_time_needs_no_network(tiny, serve, tmp_path, monkeypatch):
    server, url = serve(tiny[0])
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    first = load_mnist(tmp_path / "cache")
    server.asked.clear()
    second = load_mnist(str(tmp_path / "cache"))
    assert server.asked == []
    assert_array_equal(first[0], second[0])


def test_files_put_into_the_cache_by_hand_are_used(tiny, dead_mirror, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", (dead_mirror,))
    assert load_mnist(tiny[0])[0].shape == (6, 784)


def unpack(path):
    content = gzip.decompress(path.read_bytes())
    path.unlink()
    path.with_suffix("").write_bytes(content)


def test_unpacked_files_in_the_cache_are_used(tiny, dead_mirror, monkeypatch):
    folder, arrays = tiny
    monkeypatch.setattr(mnist, "MIRRORS", (dead_mirror,))
    for name in NAMES[1:]:  # one stays packed: both may lie side by side
        unpack(folder / name)
    assert mnist.is_complete(folder)
    _, y_train, X_test, y_test = load_mnist(folder)
    assert_array_equal(y_train, arrays[1])
    assert_allclose(X_test, arrays[2].reshape(3, 784) / 255, rtol=1e-6)
    assert_array_equal(y_test, arrays[3])


def test_an_unpacked_file_that_was_changed_is_not_read(tiny, serve, tmp_path, monkeypatch):
    folder, (_, labels, *_) = tiny
    server, url = serve(folder)
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / NAMES[1].removesuffix(".gz")).write_bytes(b"\0\0\x08\1\0\0\0\6abcdef")
    assert not mnist.is_complete(cache)
    assert_array_equal(load_mnist(cache)[1], labels)
    assert "/" + NAMES[1] in server.asked


def test_a_wrong_hash_goes_on_to_the_next_mirror(tiny, serve, tmp_path, monkeypatch):
    folder, _ = tiny
    forged = tmp_path / "forged"
    forged.mkdir()
    for name in NAMES:
        (forged / name).write_bytes(gzip.compress(b"\0\0\x08\1\0\0\0\1\7"))
    (_, bad), (_, good) = serve(forged), serve(folder)
    monkeypatch.setattr(mnist, "MIRRORS", (bad, good))
    assert load_mnist(tmp_path / "cache")[0].shape == (6, 784)


def test_a_wrong_hash_everywhere_is_refused(tiny, serve, tmp_path, monkeypatch):
    (tiny[0] / NAMES[0]).write_bytes(b"something else")
    _, url = serve(tiny[0])
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    with pytest.raises(ConnectionError, match=r"(?s)Tried:.*train-images.*hash"):
        load_mnist(tmp_path / "cache")
    assert not (tmp_path / "cache" / NAMES[0]).exists()


def test_a_cached_file_that_was_changed_is_fetched_again(tiny, serve, tmp_path, monkeypatch):
    server, url = serve(tiny[0])
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    cache = tmp_path / "cache"
    load_mnist(cache)
    (cache / NAMES[1]).write_bytes(b"bit rot")
    server.asked.clear()
    load_mnist(cache)
    assert server.asked == ["/" + NAMES[1]]


def test_offline_says_what_to_do(tiny, dead_mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", (dead_mirror, dead_mirror + "second/"))
    with pytest.raises(ConnectionError) as caught:
        load_mnist(tmp_path / "cache")
    message = str(caught.value)
    assert dead_mirror + NAMES[0] in message
    assert dead_mirror + "second/" + NAMES[0] in message
    assert str(tmp_path / "cache") in message
    assert mnist.SHA256[NAMES[0]] in message
    assert "load_digits_subset" in message


def test_a_missing_page_counts_as_a_failure(tiny, serve, tmp_path, monkeypatch):
    _, url = serve(tiny[0])
    monkeypatch.setattr(mnist, "MIRRORS", (url + "moved/",))
    with pytest.raises(ConnectionError, match="404"):
        load_mnist(tmp_path / "cache")


def test_the_default_cache_is_the_users(monkeypatch, tiny):
    seen = []

    def fetch(name, folder):
        seen.append(folder)
        return tiny[0] / name

    monkeypatch.setattr(mnist, "_fetch", fetch)
    load_mnist()
    pooch = pytest.importorskip("pooch")
    assert {str(folder) for folder in seen} == {str(pooch.os_cache("dlcourse"))}


def test_mirrors_are_https():
    assert all(url.startswith("https://") and url.endswith("/") for url in mnist.MIRRORS)


@pytest.mark.local
def test_the_subset_needs_no_http_client():
    code = (
        "import sys; from dlcourse.datasets import load_digits_subset; load_digits_subset(); "
        "assert not {'pooch', 'requests', 'matplotlib', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_subset_is_balanced_and_scaled():
    X_train, y_train, X_test, y_test = load_digits_subset()
    assert X_train.shape == (5000, 784)
    assert X_test.shape == (1000, 784)
    assert_array_equal(np.bincount(y_train), 500)
    assert_array_equal(np.bincount(y_test), 100)
    for X in (X_train, X_test):
        assert X.dtype == np.float32
        assert X.min() == 0
        assert X.max() == 1
    assert y_train.dtype == y_test.dtype == np.intp


def test_subset_is_what_was_committed():
    """The content, whatever a newer zlib makes of the archive."""
    X_train, y_train, X_test, y_test = load_digits_subset()
    digest = hashlib.sha256()
    for X, y in ((X_train, y_train), (X_test, y_test)):
        digest.update(np.round(X * 255).astype(np.uint8).tobytes())
        digest.update(y.astype(np.uint8).tobytes())
    assert digest.hexdigest() == SUBSET_SHA256


def test_subset_rows_are_distinct_and_spread_over_the_originals():
    archive = files("dlcourse.datasets.data") / "digits.npz"
    with archive.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        for name, n, total in (("train_rows", 5000, 60000), ("test_rows", 1000, 10000)):
            rows = arrays[name]
            assert len(np.unique(rows)) == n
            assert rows.min() >= 0
            assert rows.max() < total
            assert 0.45 < np.mean(rows < total / 2) < 0.55


def test_a_nearest_mean_classifier_reads_the_digits():
    """Images and labels belong together: class means alone get four in five."""
    X_train, y_train, X_test, y_test = load_digits_subset()
    means = np.array([X_train[y_train == k].mean(axis=0) for k in range(10)])
    distance = ((X_test[:, np.newaxis] - means) ** 2).sum(axis=-1)
    assert np.mean(distance.argmin(axis=1) == y_test) > 0.75


def test_size_and_licence_of_the_archive():
    data = files("dlcourse.datasets.data")
    assert len((data / "digits.npz").read_bytes()) < 1_100_000
    licence = (data / "LICENSE-MNIST").read_text()
    assert "CC BY-SA 3.0" in licence
    assert "http://yann.lecun.com/exdb/mnist/" in licence


@pytest.mark.parametrize("wrong", [0, 400, 1000])
def test_so_many_labels_are_wrong_and_every_wrong_one_occurs(wrong):
    y = np.repeat(np.arange(10), 100)
    labels = mislabel(y, wrong, np.random.default_rng(0))
    assert (labels != y).tolist() == [k < wrong for k in range(1000)]
    assert_array_equal(y, np.repeat(np.arange(10), 100))
    for true in range(wrong // 100):
        assert set(labels[y == true]) == set(range(10)) - {true}
