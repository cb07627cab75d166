"""The hostile suite: one readable file for each attack in ``hostile/``, and what it means to win.

An attack is a text file ``KIND_name.nb.txt``: a header of comments, then sections.

    # tries: one sentence
    # kind: forge | leak | tamper | exhaust | crash | browser | malformed
    # wins: claims, separated by commas (see `WINS`)
    # stock: yes | no (why) | naive (why)
    # deserves: points that its honest part earns; 0 where the line is missing
    # build: a function of `BUILDERS`, for what text cannot say
    # %% CELL                         the source of the cell with that id
    # %% new after=CELL [markdown|raw]   a new cell
    # %% patch CELL                   a JSON merge patch (RFC 7396) of a cell
    # %% notebook                     a JSON merge patch of the notebook without its cells
    # %% drop CELL, # %% double CELL, # %% move CELL after=CELL
    # %% beside NAME                  a file beside the notebook

``stock: yes`` wins where tests run in the student's process, as stock nbgrader's do
(`naive_runner` shows it); ``naive`` wins against a runner that grades the whole class in one
process. In every section ``@COURSE@``, ``@HOME@``, ``@PORT@`` and ``@HOSTAGE@`` become the
course's folder, the grading person's home, the port of a local service and the id of a process.
"""

import base64
import copy
import hashlib
import io
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from grading.toy import NAME as ASSIGNMENT

FOLDER = Path(__file__).parent / "hostile"
STUDENT, VICTIM = "mallory", "victim"
KINDS = ("forge", "leak", "tamper", "exhaust", "crash", "browser", "malformed")
MARK = "owned-by-mallory"  # what a tampering attack writes
STRAY = "pwnedstray"  # what a process that outlives its grading calls itself
BULK = 8_000_000  # characters: a graded notebook or a page that is longer was flooded

WINS = {
    "points": "any cell (or the one named) or the total earned more than the attack deserves",
    "says": "the named canary stands in the graded notebook or a page; every canary is looked for",
    "file": "the named file of the course (or absolute) holds MARK, or a planted one has gone",
    "script": "markup that acts on its own, or lets something be loaded, reached a page",
    "bulk": f"the graded notebook or a page is longer than {BULK} characters",
    "hang": "grading took longer than its deadline",
    "kill": "the run, the next submission or the hostage process died of it",
    "stray": f"a process that calls itself {STRAY} lives on",
}

# What must never be said. The attacks do not hold these words; they can only find them.
CANARIES = {
    "environment": "canary-environment-7f31",
    "secret": "canary-secret-file-20c9",
    "gradebook": "canary-gradebook-b81e",
    "solution": "canary-solution-4ad6",
    "neighbour": "canary-neighbour-95f0",
    "home": "canary-home-e3a2",
    "service": "canary-service-1b77",
    "abstract": "canary-abstract-socket-6c05",
    "hostage": "canary-hostage-d94f",
    "loot": "hidden-input-loot",  # attacks put it together where they caught a test's input
    "leftover": "leftover-of-another-submission",  # likewise, of a file left by another one
    "reference": "X @ w[..., 1:].T + w[..., 0]",  # a line of dlcourse.linear
    "reference-losses": "_total(_binary_terms(S, Y)) / _examples(len(S), reduction)",
    "spec": "mistakes that students make with what a tutor says to them",  # dlcourse.assignments
}


@dataclass(frozen=True)
class Section:
    """One part of an attack's file."""

    action: str
    target: str
    option: str
    text: str


@dataclass(frozen=True)
class Attack:
    """One hostile submission."""

    name: str
    tries: str
    kind: str
    wins: tuple[tuple[str, str], ...]
    stock: str
    why: str
    deserves: float
    build: str
    sections: tuple[Section, ...] = field(repr=False)

    def files(
        self, released: Mapping[str, Any], places: Mapping[str, str] | None = None
    ) -> dict[str, bytes]:
        """Make the submission's files, by relative name; links and folders are left out."""
        places = places or {}
        notebook = make_notebook(released, self.sections, places)
        made = {
            s.target: put(s.text, places).encode() for s in self.sections if s.action == "beside"
        }
        made[f"{ASSIGNMENT}.ipynb"] = json.dumps(notebook, indent=1).encode()
        if self.build in BYTES:
            made[f"{ASSIGNMENT}.ipynb"] = BYTES[self.build](notebook)
        if self.build in EXTRA:
            made.update(EXTRA[self.build]())
        return made

    def write(
        self, folder: Path, released: Mapping[str, Any], places: Mapping[str, str] | None = None
    ) -> None:
        """Lay the submission out in a folder ``submitted/STUDENT/ASSIGNMENT`` of a course."""
        course = folder.parents[2]
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files(released, {"COURSE": str(course), **(places or {})}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if self.build in FOLDERS:
            FOLDERS[self.build](folder)

    @property
    def needs_folder(self) -> bool:
        """Whether `files` cannot tell all of it: links, pipes, odd names."""
        return self.build in FOLDERS


# --- reading the files ------------------------------------------------------------------------


def load_all() -> list[Attack]:
    """Read every attack, in the order of their names."""
    return [load(path) for path in sorted(FOLDER.glob("*.nb.txt"))]


def load(path: Path) -> Attack:
    """Read one attack's file; a header that makes no sense is an error."""
    head, *parts = re.split(r"^# %% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    header = dict(re.findall(r"^# (\w+): (.+)$", head, flags=re.MULTILINE))
    wins = tuple(read_claim(claim) for claim in header["wins"].split(","))
    stock, _, why = header["stock"].partition(" ")
    name = path.name.removesuffix(".nb.txt")
    build = header.get("build", "")
    if header["kind"] not in KINDS or not name.startswith(header["kind"] + "_"):
        raise ValueError(f"{path.name}: kind {header['kind']!r} does not fit the name")
    if stock not in ("yes", "no", "naive") or (stock != "yes" and not why):
        raise ValueError(f"{path.name}: stock must be 'yes', or 'no' or 'naive' and a reason")
    if build and build not in BUILDERS:
        raise ValueError(f"{path.name}: no builder {build!r}")
    return Attack(
        name=name,
        tries=header["tries"],
        kind=header["kind"],
        wins=wins,
        stock=stock,
        why=why.strip("() "),
        deserves=float(header.get("deserves", 0)),
        build=build,
        sections=tuple(read_section(part) for part in parts),
    )


def read_claim(claim: str) -> tuple[str, str]:
    """Split ``says gradebook`` and look both words up."""
    verb, _, target = claim.strip().partition(" ")
    if verb not in WINS or (verb == "says" and target not in CANARIES):
        raise ValueError(f"not a claim: {claim!r}")
    return verb, target


def read_section(part: str) -> Section:
    """Split one section into its heading and its text."""
    heading, _, text = part.partition("\n")
    words = heading.split()
    if words[0] not in ("new", "patch", "drop", "double", "move", "beside", "notebook"):
        words = ["source", *words]
    after = next((word[6:] for word in words if word.startswith("after=")), "")
    if words[0] == "new":
        return Section("new", after, words[2] if len(words) > 2 else "code", text.rstrip("\n"))
    target = heading[7:].strip() if words[0] == "beside" else " ".join(words[1:2])
    return Section(words[0], target, after, text if words[0] == "beside" else text.rstrip("\n"))


# --- making the notebook ----------------------------------------------------------------------


def put(text: str, places: Mapping[str, str]) -> str:
    """Fill the places in; a name that nobody filled in stays a harmless one."""
    defaults = {
        "COURSE": "/nonexistent-course",
        "HOME": "/nonexistent-home",
        "PORT": "9",
        "HOSTAGE": "0",
    }
    for name, value in {**defaults, **places}.items():
        text = text.replace(f"@{name}@", value)
    return text


def make_notebook(
    released: Mapping[str, Any], sections: tuple[Section, ...], places: Mapping[str, str]
) -> dict[str, Any]:
    """Apply an attack's sections to the released notebook, one after the other."""
    notebook = copy.deepcopy(dict(released))
    cells: list[dict[str, Any]] = notebook["cells"]
    for number, section in enumerate(sections):
        text = put(section.text, places)
        if section.action == "notebook":
            patch = json.loads(text)
            notebook.update(merged({k: v for k, v in notebook.items() if k != "cells"}, patch))
            continue
        if section.action == "beside":
            continue
        at = index_of(cells, section.target)
        if section.action == "new":
            cells.insert(at + 1, new_cell(section.option, text, f"hostile-{number}"))
        elif section.action == "source":
            cells[at]["source"] = text
        elif section.action == "patch":
            cells[at] = merged(cells[at], json.loads(text))
        elif section.action == "double":
            cells.insert(at + 1, copy.deepcopy(cells[at]))
        else:
            cell = cells.pop(at)
            if section.action == "move":
                cells.insert(index_of(cells, section.option) + 1, cell)
    return notebook


def index_of(cells: list[dict[str, Any]], name: str) -> int:
    """Find a cell by its id."""
    return next(i for i, cell in enumerate(cells) if cell.get("id") == name)


def new_cell(kind: str, text: str, name: str) -> dict[str, Any]:
    """Write a cell of the student's own."""
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": {}, "source": text, **code}


def merged(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch: objects are merged, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), change)
    return result


# --- builders: what text cannot say -----------------------------------------------------------


def dumped(notebook: Mapping[str, Any], **changes: Any) -> bytes:
    return json.dumps({**notebook, **changes}).encode()


def with_raw(notebook: Mapping[str, Any], raw: str) -> bytes:
    """Put JSON text that `json.dumps` would not write into the notebook's metadata."""
    text = dumped({**notebook, "metadata": {**notebook["metadata"], "x": "@RAW@"}})
    return text.replace(b'"@RAW@"', raw.encode())


def many_cells(notebook: Mapping[str, Any], count: int = 100_000) -> bytes:
    cell = new_cell("code", "pass", "many")
    return dumped(notebook, cells=[*notebook["cells"], *[cell] * count])


def padded(notebook: Mapping[str, Any], megabytes: int = 100) -> bytes:
    return dumped(notebook, metadata={"pad": "x" * (megabytes << 20)})


def without_ids(notebook: Mapping[str, Any]) -> bytes:
    cells = [{k: v for k, v in cell.items() if k != "id"} for cell in notebook["cells"]]
    return dumped(notebook, cells=cells)


def same_ids(notebook: Mapping[str, Any]) -> bytes:
    return dumped(notebook, cells=[{**cell, "id": "scores"} for cell in notebook["cells"]])


def sources_of(notebook: Mapping[str, Any], source: Any) -> bytes:
    return dumped(notebook, cells=[{**cell, "source": source} for cell in notebook["cells"]])


def without_metadata(notebook: Mapping[str, Any]) -> bytes:
    return dumped(notebook, cells=[{**cell, "metadata": {}} for cell in notebook["cells"]])


def version_3(notebook: Mapping[str, Any]) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "input": cell["source"],
            "outputs": [],
            "language": "python",
            "metadata": cell["metadata"],
        }
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    return json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": "x"},
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    ).encode()


def grades_with(notebook: Mapping[str, Any], **settings: Any) -> bytes:
    cells = copy.deepcopy(notebook["cells"])
    for cell in cells:
        if cell["metadata"].get("nbgrader"):
            cell["metadata"]["nbgrader"].update(settings)
    return dumped(notebook, cells=cells)


def bare_cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Copy the cells without ids and metadata, so that their texts alone tell what they are."""
    return [
        {name: value for name, value in {**cell, "metadata": {}}.items() if name != "id"}
        for cell in notebook["cells"]
    ]


def tests_first(notebook: Mapping[str, Any]) -> bytes:
    """Put the tests' texts above the answers, and an end to each of them that gives all points."""
    cells = bare_cells(notebook)
    tests = [cell for cell in cells if "check(" in "".join(cell["source"])]
    ends = [{**cell, "source": "".join(cell["source"]) + "\n3.0"} for cell in tests]
    return dumped(notebook, cells=[*tests, *cells, *ends])


def tests_doubled(notebook: Mapping[str, Any]) -> bytes:
    cells = bare_cells(notebook)
    tests = [cell for cell in cells if "check(" in "".join(cell["source"])]
    shortest = min(tests, key=lambda cell: len("".join(cell["source"])))
    return dumped(notebook, cells=[*cells, *[shortest] * (2000 - len(cells))])


def many_definitions(notebook: Mapping[str, Any]) -> bytes:
    names = ("scores", "sigmoid", "logistic_gradient")
    source = "".join(f"def {name}(*a): return 0\n" for name in names) + "x = 1\n" * 20
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    return dumped(notebook, cells=[{**cell, "execution_count": None}] * 2000)


def repeated_image(notebook: Mapping[str, Any]) -> bytes:
    """Show one attached image of 100 kB again and again."""
    rows = b"".join(b"\0" + os.urandom(300) for _ in range(333))
    head = struct.pack(">IIBBBBB", 100, 333, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    image = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    cell = new_cell("markdown", "![](attachment:a)\n" * 150, "images")
    cell["attachments"] = {"a": {"image/png": base64.b64encode(image).decode()}}
    return dumped(notebook, cells=[*notebook["cells"], cell])


def cells_beside(notebook: Mapping[str, Any], kind: str, *texts: str) -> bytes:
    cells = [new_cell(kind, text, f"beside-{i}") for i, text in enumerate(texts)]
    return dumped(notebook, cells=[*notebook["cells"], *cells])


def image_of_many_parts(notebook: Mapping[str, Any]) -> bytes:
    """Attach a JPEG image of 10 MB whose Exif data comes in 350,000 parts."""
    part = b"\xff\xe1" + struct.pack(">H", 28) + b"Exif\0\0" + bytes(20)
    head = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 1, 1, 1) + b"\1\x11\0"
    image = b"\xff\xd8" + part * 350_000 + head + b"\xff\xda\0\2" + b"\xff\xd9"
    cell = new_cell("markdown", "![](attachment:a)", "image")
    cell["attachments"] = {"a": {"image/jpeg": base64.b64encode(image).decode()}}
    return dumped(notebook, cells=[*notebook["cells"], cell])


BYTES: dict[str, Callable[[Mapping[str, Any]], bytes]] = {
    "markdown_of_blanks": lambda nb: cells_beside(
        nb, "markdown", *(f"{i}|{' ' * 19_900}x" for i in range(200))
    ),
    "markdown_of_no_table": lambda nb: cells_beside(
        nb, "markdown", *(f"{i}" + "|-|-|\n-" * 200 + "}" for i in range(200))
    ),
    "code_of_many_colours": lambda nb: cells_beside(
        nb, "code", *(f"a{i}.{'a.' * 2480}" for i in range(150))
    ),
    "code_of_blank_lines": lambda nb: cells_beside(
        nb, "code", *(f"{i}" + " \n" * 2400 for i in range(20))
    ),
    "image_of_many_parts": image_of_many_parts,
    "tests_first": tests_first,
    "tests_doubled": tests_doubled,
    "many_definitions": many_definitions,
    "repeated_image": repeated_image,
    "empty": lambda nb: b"",
    "not_json": lambda nb: b"def scores(X, w):\n    return X @ w\n",
    "truncated": lambda nb: dumped(nb)[: len(dumped(nb)) // 2],
    "utf16": lambda nb: dumped(nb).decode().encode("utf-16"),
    "bom": lambda nb: b"\xef\xbb\xbf" + dumped(nb),
    "latin1": lambda nb: dumped(nb).replace(b"Logistic", "Logistiqué".encode("latin-1")),
    "nul_bytes": lambda nb: dumped(nb).replace(b"\\n", b"\x00"),
    "binary": lambda nb: bytes(range(256)) * 400,
    "gzip_of_zeros": lambda nb: zeros_zip(),
    "version_2": lambda nb: dumped(nb, nbformat=2),
    "version_3": version_3,
    "version_5": lambda nb: dumped(nb, nbformat=5),
    "version_text": lambda nb: dumped(nb, nbformat="four", nbformat_minor=[]),
    "version_missing": lambda nb: json.dumps({"cells": nb["cells"]}).encode(),
    "top_list": lambda nb: json.dumps([nb]).encode(),
    "top_null": lambda nb: b"null",
    "cells_object": lambda nb: dumped(nb, cells={"0": nb["cells"][0]}),
    "cells_null": lambda nb: dumped(nb, cells=None),
    "cells_empty": lambda nb: dumped(nb, cells=[]),
    "cells_of_numbers": lambda nb: dumped(nb, cells=[1, None, "x", [], *nb["cells"]]),
    "source_numbers": lambda nb: sources_of(nb, [1, 2, None]),
    "source_object": lambda nb: sources_of(nb, {"text": "pass"}),
    "source_null": lambda nb: sources_of(nb, None),
    "source_surrogates": lambda nb: sources_of(nb, "x = '\ud800'"),
    "source_huge_line": lambda nb: sources_of(nb, "x = (" + "1+" * 200_000 + "1)"),
    "without_ids": without_ids,
    "same_ids": same_ids,
    "without_metadata": without_metadata,
    "metadata_lists": lambda nb: dumped(
        nb, metadata=[], cells=[{**cell, "metadata": []} for cell in nb["cells"]]
    ),
    "grade_id_list": lambda nb: grades_with(nb, grade_id=["scores"]),
    "grade_id_number": lambda nb: grades_with(nb, grade_id=7, points="many"),
    "grade_id_same": lambda nb: grades_with(nb, grade_id="check-scores"),
    "schema_old": lambda nb: grades_with(nb, schema_version=0, points=None),
    "schema_future": lambda nb: grades_with(nb, schema_version=99),
    "nan": lambda nb: with_raw(nb, '{"a": NaN, "b": -Infinity, "c": 1e999}'),
    "huge_number": lambda nb: with_raw(nb, "9" * 200_000),
    "deep_json": lambda nb: with_raw(nb, "[" * 200_000 + "]" * 200_000),
    "deep_objects": lambda nb: with_raw(nb, '{"a":' * 50_000 + "1" + "}" * 50_000),
    "double_keys": lambda nb: dumped(nb).replace(b'"cells":', b'"cells": [], "cells":', 1),
    "many_cells": many_cells,
    "hundred_megabytes": padded,
}


def zeros_zip(megabytes: int = 200) -> bytes:
    """Pack many zeros into a small file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("z", "w") as z:
        for _ in range(megabytes):
            z.write(bytes(1 << 20))
    return buffer.getvalue()


EXTRA: dict[str, Callable[[], dict[str, bytes]]] = {
    "zip_bomb": lambda: {"data.zip": zeros_zip()},
    "many_files": lambda: {f"f{i:05}.txt": b"x" for i in range(5000)},
    "big_file": lambda: {"big.bin": bytes(100 << 20)},
    "long_timestamp": lambda: {"timestamp.txt": b"1." * 1_000_000},
    "timestamp_of_comments": lambda: {
        "timestamp.txt": b"Fri, 2 Jan 2026 03:04:05 +0000 " + b"(" * 5_000_000
    },
    "wide_timestamp": lambda: {"timestamp.txt": b"\xff\xfe" * 500_000 + b"\x00\xd8"},
    "deep_folders": lambda: {"/".join(["d"] * 100) + "/x.txt": b"x"},
}


def notebook_of(folder: Path) -> Path:
    return folder / f"{ASSIGNMENT}.ipynb"


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Put something else in the notebook's place."""

    def build(folder: Path) -> None:
        notebook_of(folder).unlink()
        make(notebook_of(folder))

    return build


def link_notebook(target: Callable[[Path], Path | str]) -> Callable[[Path], None]:
    return lambda folder: instead(lambda p: p.symlink_to(target(folder)))(folder)


def neighbours(folder: Path) -> Path:
    return folder.parents[1] / VICTIM / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


def socket_file(path: Path) -> None:
    """Leave a Unix socket behind; its address is short, so go there for it."""
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def links_beside(folder: Path) -> None:
    """Links in several ways to what lies in the course."""
    course = folder.parents[2]
    (folder / "up").symlink_to("../../..")
    (folder / "course").symlink_to(course)
    (folder / "root").symlink_to("/")
    (folder / "gradebook.db").symlink_to("../../../gradebook.db")
    (folder / "secret.txt").symlink_to(course / "secret.txt")
    (folder / "theirs.ipynb").symlink_to(neighbours(folder))
    (folder / "self").symlink_to("self")


def hard_links(folder: Path) -> None:
    course = folder.parents[2]
    os.link(course / "secret.txt", folder / "data.txt")
    os.link(neighbours(folder), folder / "theirs.ipynb")


def replaced_folder(folder: Path) -> None:
    """Make the assignment's folder a link to another student's."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.symlink_to(neighbours(folder).parent)


def odd_names(folder: Path) -> None:
    for name in ("new\nline.txt", "-rf", "\u202egpj.exe", "a" * 200, "<b>.html", "$(id)", "é ü"):
        (folder / name).write_bytes(b"x")


def notebook_of_odd_names(folder: Path) -> None:
    """Leave copies of the notebook under names that would be markup, and end the first line."""
    notebook = notebook_of(folder)
    for name in (
        "<img src=x onerror=pwned()>.ipynb",
        "[x](javascript:pwned()).ipynb",
        "![x](pwned) `<script>pwned()<\u2215script>`.ipynb",
        "\u202ebnypi.pwned\u2066.ipynb",
        "\x1b[2J\nNOT GRADED.ipynb",
        f"{'n' * 200}.ipynb",
    ):
        (folder / name).write_bytes(notebook.read_bytes())
    notebook.unlink()


def undecodable_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"x")


FOLDERS: dict[str, Callable[[Path], None]] = {
    "missing": lambda folder: notebook_of(folder).unlink(),
    "directory": instead(lambda path: path.mkdir()),
    "fifo": instead(lambda path: os.mkfifo(path)),
    "socket": instead(socket_file),
    "dev_zero": link_notebook(lambda folder: "/dev/zero"),
    "proc_link": link_notebook(lambda folder: "/proc/self/environ"),
    "dangling": link_notebook(lambda folder: "/nonexistent"),
    "loop_link": link_notebook(lambda folder: f"{ASSIGNMENT}.ipynb"),
    "neighbours_notebook": link_notebook(neighbours),
    "solution_notebook": link_notebook(
        lambda folder: f"../../../solutions/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
    ),
    "neighbours_folder": replaced_folder,
    "links_beside": links_beside,
    "hard_links": hard_links,
    "unreadable": lambda folder: notebook_of(folder).chmod(0),
    "fifo_beside": lambda folder: os.mkfifo(folder / "data.csv"),
    "odd_names": odd_names,
    "notebook_of_odd_names": notebook_of_odd_names,
    "undecodable_name": undecodable_name,
}

BUILDERS = frozenset({*BYTES, *EXTRA, *FOLDERS})


# --- canaries and witnesses -------------------------------------------------------------------


def plant(course: Path, solution: Mapping[str, Any], released: Mapping[str, Any]) -> None:
    """Put what must not be read or changed into a course; what is there already stays."""
    (course / "secret.txt").write_text(CANARIES["secret"], encoding="utf-8")
    gradebook = sqlite3.connect(course / "gradebook.db")
    gradebook.execute("create table if not exists canary (text)")
    gradebook.execute("insert into canary values (?)", [CANARIES["gradebook"]])
    gradebook.commit()
    gradebook.close()
    source = course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    source.parent.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        source.write_text(json.dumps(solution), encoding="utf-8")
    (source.parent / "notes.txt").write_text(CANARIES["solution"], encoding="utf-8")
    theirs = course / "submitted" / VICTIM / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    theirs.parent.mkdir(parents=True, exist_ok=True)
    note = new_cell("markdown", CANARIES["neighbour"], "note")
    theirs.write_text(
        json.dumps({**released, "cells": [*released["cells"], note]}), encoding="utf-8"
    )


def plant_home(home: Path) -> None:
    """Give the grading person secrets in their home."""
    for name in (".ssh/id_ed25519", ".pgpass", ".netrc", ".jupyter/token"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(CANARIES["home"], encoding="utf-8")


def environment() -> dict[str, str]:
    """Variables of the grading process that a submission must not see."""
    return {"DLCOURSE_TOKEN": CANARIES["environment"]}


@contextmanager
def services() -> Iterator[str]:
    """Answer on a local TCP and UDP port and on an abstract Unix socket; yields the port."""
    opened = [socket.socket(socket.AF_INET), socket.socket(socket.AF_UNIX)]
    opened[0].bind(("127.0.0.1", 0))
    port = opened[0].getsockname()[1]
    opened[1].bind(f"\0dlcourse-{port}")
    for listener, name in zip(opened, ("service", "abstract"), strict=True):
        listener.listen()
        threading.Thread(target=answer, args=(listener, CANARIES[name]), daemon=True).start()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", port))
    threading.Thread(target=echo, args=(datagrams, CANARIES["service"]), daemon=True).start()
    opened.append(datagrams)
    try:
        yield str(port)
    finally:
        for each in opened:
            with suppress(OSError):  # wakes the thread, which a mere close does not
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def answer(listener: socket.socket, text: str) -> None:
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(text.encode())
        except OSError:
            return


def echo(datagrams: socket.socket, text: str) -> None:
    while True:
        try:
            _, address = datagrams.recvfrom(100)
            datagrams.sendto(text.encode(), address)
        except (OSError, TypeError):  # closed: it comes from nowhere
            return


@contextmanager
def hostage() -> Iterator["subprocess.Popen[bytes]"]:
    """Start a harmless process that an attack may try to kill or to read."""
    program = "import sys, time; time.sleep(3600)"
    process = subprocess.Popen([sys.executable, "-S", "-c", program, CANARIES["hostage"]])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def strays() -> list[int]:
    """List processes that call themselves `STRAY`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == STRAY:
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def digest(course: Path) -> dict[str, str]:
    """Hash every file of a course, to compare before and after."""
    return {
        str(path.relative_to(course)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(course.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


# --- verdicts ---------------------------------------------------------------------------------


def verdict(
    attack: Attack,
    scores: Mapping[str, float | None],
    graded: str,
    *pages: str,
    course: Path | None = None,
    seconds: float = 0.0,
    deadline: float = 60.0,
    survived: bool = True,
) -> str | None:
    """Say how an attack won; None where it failed.

    Parameters
    ----------
    attack : Attack
        The attack.
    scores : mapping
        Points by grade id; None where a person must grade.
    graded : str
        The graded notebook's text; empty where there is none.
    pages : str
        HTML that people see: feedback, formgrader's page, the report.
    course : Path, optional
        The course, where it lies on disk.
    seconds, deadline : float
        How long grading took, and how long it may take.
    survived : bool
        Whether the run, the next submission and the hostage are all well.
    """
    points = {name: value for name, value in scores.items() if value is not None}
    wrong = [name for name, value in points.items() if not 0 <= value < float("inf")]
    if wrong:
        return f"{', '.join(wrong)}: not a score: {points[wrong[0]]!r}"
    total = sum(points.values())
    if total > attack.deserves:
        return f"points: {total:g} earned, {attack.deserves:g} deserved ({dict(points)})"
    if not survived:
        return "kill: the run, the next submission or the hostage is dead"
    if seconds > deadline:
        return f"hang: {seconds:.1f} s, {deadline:g} s allowed"
    for name, words in CANARIES.items():
        if any(stands_in(words, text) for text in (graded, *pages)):
            return f"says {name}"
    if flooded := [len(text) for text in (graded, *pages) if len(text) > BULK]:
        return f"bulk: {max(flooded)} characters"
    for text in (*pages, *displayed(graded)):
        if markup := active_markup(text):
            return f"script: {markup[0]}"
    return changed_file(attack, course) or (f"stray: {strays()}" if strays() else None)


COLOUR = re.compile(r"(?:\x1b|\\u001b)\[[0-9;]*m")


def stands_in(words: str, text: str) -> bool:
    """Look for words in plain, in JSON and in HTML, also as base64 and in hexadecimal."""
    data, text = words.encode(), COLOUR.sub("", text)
    forms = [words, words[::-1], data.hex(), base64.b64encode(data).decode().rstrip("=")[:-2]]
    return any(form in text for form in forms)


def changed_file(attack: Attack, course: Path | None) -> str | None:
    """Look at the files that the attack wanted to change."""
    for verb, target in attack.wins:
        if verb != "file" or (course is None and not target.startswith("/")):
            continue
        path = Path(target) if course is None else course / target
        planted = target in ("secret.txt", "gradebook.db") or target.startswith("solutions/")
        if (planted and not path.exists()) or (path.is_file() and holds_mark(path)):
            return f"file {target}"
    return None


def holds_mark(path: Path) -> bool:
    return MARK.encode() in path.read_bytes()


def displayed(graded: str) -> list[str]:
    """Collect the outputs of a graded notebook that a browser would run as they are."""
    try:
        cells = json.loads(graded)["cells"] if graded else []
    except (ValueError, KeyError, TypeError):
        return []
    pages = []
    for cell in cells:
        for output in cell.get("outputs", []):
            for mime, content in output.get("data", {}).items():
                text = "".join(content) if isinstance(content, list) else str(content)
                if mime in ("text/html", "image/svg+xml"):
                    pages.append(text)
                elif "javascript" in mime:
                    pages.append(f"<script>{text}</script>")
    return pages


class ActiveMarkup(HTMLParser):
    """Collect what acts by itself and carries the attackers' word ``pwned``."""

    def __init__(self, safe_formulas: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.raw = ""
        self.code = 0  # how many pre and code elements are open; MathJax leaves them alone
        self.safe_formulas = safe_formulas

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or tag
        if tag in ("script", "style"):
            self.raw = tag
        self.code += tag in ("pre", "code")
        for name, value in attrs:
            value = (value or "").lower()
            squeezed = re.sub(r"[\x00-\x20]+", "", value)
            if "pwned" not in squeezed and "pwned" not in decoded_data(squeezed):
                continue
            acts = (
                name.startswith("on")
                or name in ("srcdoc", "http-equiv", "formaction")
                or squeezed.startswith(("javascript:", "vbscript:", "data:text/html"))
                or (name in LOADING and "//" in squeezed and tag != "a")
                or (name == "style" and re.search(r"url\(|expression|fixed|absolute", squeezed))
                or tag in ("iframe", "object", "embed", "form", "base", "meta", "link", "portal")
                or (tag in ("set", "animate", "use", "foreignobject") and name != "class")
            )
            if acts:
                self.found.append(text[:200])
        if tag in ("iframe", "object", "embed", "base") and "pwned" in text:
            self.found.append(text[:200])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.raw == tag:
            self.raw = ""

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in ("pre", "code")
        if tag == self.raw:
            self.raw = ""

    def handle_data(self, data: str) -> None:
        if self.raw and "pwned" in data:
            self.found.append(f"<{self.raw}>{data[:200]}")
        if (
            not self.safe_formulas
            and self.code <= 0
            and re.search(r"\\href\s*\{\s*javascript:pwned", data)
        ):
            self.found.append(data[:200])


LOADING = ("src", "srcset", "href", "xlink:href", "data", "poster", "background", "action", "ping")


def decoded_data(value: str) -> str:
    """Look for ``pwned`` in base64, whose letters have become small ones."""
    return "pwned" if any(form in value for form in ("chduzwq", "b3duzwq", "wd25lz")) else ""


def active_markup(page: str) -> list[str]:
    """List what a page would do by itself on an attacker's behalf."""
    if "pwned" not in page.lower():
        return []
    # A formula may hold a link that runs, unless MathJax is absent or has its extension Safe.
    mathjax = re.findall(r"<script[^>]*mathjax[^>]*>", page.lower())
    parser = ActiveMarkup(not mathjax or any("safe" in use for use in mathjax))
    parser.feed(page)
    parser.close()
    return parser.found
