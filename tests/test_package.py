"""The package as a thing that is installed: versions, lock, what an import loads, the wheel."""

import doctest
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution, version
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dlcourse

pytestmark = pytest.mark.local

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PYTHONS = ["3.11", "3.12", "3.13"]
WHEEL_LIMIT = 3_000_000


def repository_files() -> list[Path]:
    """Every file that git tracks or would track."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in names.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def pins(text: str) -> list[Requirement]:
    """Requirements of a lock file, without their hashes and comments."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+)", text, flags=re.MULTILINE)
    return [Requirement(line.strip()) for line in lines]


def locked_versions(python: str) -> dict[str, str]:
    """Version of each package that the lock gives to one Python on this system."""
    environment = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins(LOCK)
        if pin.marker is None or pin.marker.evaluate(environment)
    }


def wishes() -> list[Requirement]:
    """Every requirement of pyproject.toml, extras included."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    texts = PROJECT["project"]["dependencies"] + [wish for extra in extras for wish in extra]
    return [wish for wish in map(Requirement, texts) if wish.name != "dlcourse"]


# --- versions ---


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert dlcourse.__version__ == PROJECT["project"]["version"]
    assert dlcourse.__version__ == str(citation["version"])
    assert dlcourse.__version__ == version("dlcourse")


def test_the_changelog_knows_the_version():
    assert f"\n## {dlcourse.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_authors_and_the_address_of_the_repository_are_the_same_everywhere():
    address = PROJECT["project"].get("urls", {}).get("Repository")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["authors"] == PROJECT["project"]["authors"]
    assert citation.get("repository-code") == address
    for name in ("README.md", "_config.yml"):
        text = (ROOT / name).read_text("utf-8")
        for found in re.findall(r"github\.com/[\w-]+/[\w-]+", text):
            assert f"https://{found}" == address


# --- the lock ---


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_every_requirement(python):
    locked = locked_versions(python)
    unmet = [
        str(wish)
        for wish in wishes()
        if not wish.specifier.contains(locked.get(canonicalize_name(wish.name), "0"))
    ]
    assert unmet == [], "renew requirements.lock: make lock"


def test_the_lock_pins_each_package_once_per_python():
    for python in PYTHONS:
        environment = default_environment() | {
            "python_version": python,
            "python_full_version": f"{python}.9",
        }
        names = [
            pin.name for pin in pins(LOCK) if pin.marker is None or pin.marker.evaluate(environment)
        ]
        assert len(names) == len(set(names))


def test_the_lock_is_complete_here():
    """The set-up installs the lock without resolving: what it names must be enough."""
    locked = locked_versions(f"{sys.version_info.major}.{sys.version_info.minor}")
    unmet = [
        f"{name} needs {wish}"
        for name in locked
        for wish in map(Requirement, distribution(name).requires or [])
        if (wish.marker is None or wish.marker.evaluate({"extra": ""}))
        and not wish.specifier.contains(
            locked.get(canonicalize_name(wish.name), "0"), prereleases=True
        )
    ]
    assert unmet == []


def test_the_lock_has_a_hash_for_every_package():
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(LOCK)) > 100
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


# --- what an import loads ---


def third_party_after(statement: str) -> set[str]:
    """Top-level packages beyond the standard library that a fresh process has loaded."""
    script = (
        f"import sys; before = set(sys.modules); {statement}\n"
        "new = [sys.modules[name] for name in set(sys.modules) - before]\n"
        "from_files = {m.__name__.split('.')[0] for m in new if getattr(m, '__file__', None)}\n"
        "print(*sorted(from_files - set(sys.stdlib_module_names)))"
    )
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_importing_the_package_loads_numpy_at_most():
    assert third_party_after("import dlcourse") <= {"dlcourse", "numpy"}


def test_lecture_modules_load_numpy_only():
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    modules = next(c["source_modules"] for c in contracts if c["type"] == "forbidden")
    assert "dlcourse.backprop" in modules
    assert third_party_after(f"import {', '.join(modules)}") == {"dlcourse", "numpy"}


def test_a_submodule_loads_when_it_is_first_named():
    assert third_party_after("import dlcourse; dlcourse.losses") == {"dlcourse", "numpy"}
    assert {"losses", "backprop", "optimizers"} <= set(dir(dlcourse))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("linear", "descent", ["Path", "gradient_descent"]),
        ("linear", "lbfgs", ["Minimum", "minimize"]),
        (
            "backprop",
            "costs",
            ["count_backprop", "count_finite_differences", "count_paths", "count_without_storing"],
        ),
    ],
)
def test_what_has_moved_keeps_its_address(old, new, names):
    for name in names:
        assert getattr(getattr(dlcourse, old), name) is getattr(getattr(dlcourse, new), name)


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match=r"no attribute 'loses'; it has .*'losses'"):
        dlcourse.loses  # noqa: B018


# --- the repository ---


FORBIDDEN = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)|npmjs\.(?:com|org)"
    r"|anaconda\.org|deb\.debian\.org|ubuntu\.com/ubuntu|crates\.io"
    r"|(?<![\w./:~$}])/(?:root|home(?!/pyodide\b)|Users|work|opt|srv)/\w"
    r"|[A-Z]:\\Users\\"
)


def test_no_file_names_a_registry_host_or_a_path_of_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in repository_files()
        if path != Path(__file__) and b"\0" not in path.read_bytes()
        for match in FORBIDDEN.finditer(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_only_commands_and_files_that_exist(document):
    text = (ROOT / document).read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", text, re.MULTILINE)) <= targets
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_code_in_the_readme_runs():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0


# --- the wheel ---


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """Wheel built from what is in the repository and the bundle that npm builds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    bundle = [path for path in (ROOT / "dlcourse/explorers/static").rglob("*") if path.is_file()]
    assert bundle, "the explorers' browser code is not built yet: run npm run build"
    for path in [*repository_files(), *bundle]:
        copy = source / path.relative_to(ROOT)
        if copy.relative_to(source).parts[0] in {"dlcourse", copy.name}:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target]
    subprocess.run([*command, source], check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("*.whl")))


def test_the_wheel_is_small(wheel):
    assert Path(wheel.filename).stat().st_size < WHEEL_LIMIT


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = {
        path.relative_to(ROOT).as_posix()
        for path in repository_files()
        if path.is_relative_to(ROOT / "dlcourse")
        and (
            path.suffix in {".py", ".npz", ".j2", ".json"}
            or path.name.startswith(("py.typed", "LICENSE-"))
        )
    }
    bundle = {name for name in names if name.startswith("dlcourse/explorers/static/")}
    assert names - bundle == package
    assert any(name.endswith((".js", ".mjs")) for name in bundle)
    assert not any(Path(name).name.startswith(".") for name in bundle)


def test_the_wheel_brings_its_licences(wheel):
    licences = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert licences == {"LICENSE", "LICENSE-TEXT", "LICENSE-MNIST"}
