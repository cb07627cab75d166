"""What `nbgrader zip_collect` makes of archives that were made to hurt."""

import gzip
import io
import re
import shutil
import stat
import struct
import tarfile
import zipfile

import pytest

pytest.importorskip("nbgrader")

from courses import ROOT, nbgrader

import dlcourse.grading.archives as module
from dlcourse.grading.archives import SafeExtractor
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.limits import Limits

LARGEST = 20 * MB
GUIDE = ROOT / "book" / "grading.md"


def zipped(files, packing=zipfile.ZIP_DEFLATED):
    """Pack files, pairs of name (or `ZipInfo`) and content."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packing) as archive:
        for name, content in files:
            archive.writestr(name, content, compress_type=packing)
    return whole.getvalue()


def tarred(*members):
    """Pack members, pairs of `TarInfo` and content."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.fixture
def extract(tmp_path, caplog):
    """Unpack downloads, by name; what there is afterwards by name, with its size."""

    def run(downloads):
        archive, extracted = tmp_path / "archive", tmp_path / "extracted"
        archive.mkdir(exist_ok=True)
        for name, content in downloads.items():
            (archive / name).write_bytes(content)
        extractor = SafeExtractor()
        extractor.log.propagate = True
        extractor.extract(str(archive), str(extracted))
        found = sorted(extracted.rglob("*"))
        assert not any(path.is_symlink() for path in found)
        return {
            path.relative_to(extracted).as_posix(): path.stat().st_size
            for path in found
            if path.is_file()
        }

    return run


def test_what_students_hand_in_is_unpacked(extract):
    tar = tarred((tarfile.TarInfo("week/a.csv"), b"1,2"), (tarfile.TarInfo("b.csv"), b"1"))
    data = zipped([("data.csv", b"1")])
    week = zipped([("week.ipynb", b"{}"), ("data/", b""), ("data/x.zip", data)])
    found = extract(
        {
            "ada.zip": week,
            "bob.tar.gz": tar,
            "class.zip": zipped([("eve.zip", week)]),
            "one.ipynb": b"{}",
        }
    )
    inner = {"week.ipynb": 2, "data/x.zip": len(data), "data/x/data.csv": 1}
    assert found == {
        **{f"ada/{name}": size for name, size in inner.items()},
        **{f"class/eve/{name}": size for name, size in inner.items()},
        "class/eve.zip": len(week),
        "bob/week/a.csv": 3,
        "bob/b.csv": 1,
        "one.ipynb": 2,
    }


BOMB = zipped([("a", bytes(10 * MB))])


@pytest.mark.parametrize(
    "bomb",
    [
        zipped((f"{i}.zip", BOMB) for i in range(20)),
        zipped((f"{i}", bytes(MB)) for i in range(100)),
        zipped([("a.zip", zipped((f"{i}", bytes(MB)) for i in range(100)))]),
        zipped([("a", bytes(LARGEST + 1))]),
        tarred((tarfile.TarInfo("a"), bytes(2 * LARGEST))),
    ],
    ids=["nested", "many", "many in one", "one large", "tar"],
)
def test_a_bomb_has_the_room_of_one_submission_and_harms_nobody(extract, bomb):
    name = "eve.tar.gz" if bomb[:2] == b"\x1f\x8b" else "eve.zip"
    found = extract({name: bomb, "ada.zip": zipped([("week.ipynb", b"{}")])})
    assert found.pop("ada/week.ipynb") == 2
    assert sum(found.values()) <= LARGEST + module.RATIO * len(bomb)


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_left_out_has_been_unpacked_and_counts(extract, monkeypatch, whole):
    """Else an archive that names one large or broken file many times would take hours."""
    copies, copy = [], module.copy

    def counted(source, target, limit):
        copies.append(limit)
        done = copy(source, target, limit)
        if not whole:
            raise zipfile.BadZipFile
        return done

    monkeypatch.setattr(module, "copy", counted)
    names = 40
    bomb = zipped((f"{i}", bytes(LARGEST + 1)) for i in range(names))
    assert extract({"eve.zip": bomb}) == {}
    assert len(copies) < names / 4


def test_a_bomb_in_the_archive_of_a_class_costs_the_others_nothing(extract):
    many = zipped((f"{i}", b"") for i in range(Limits().notebook_files + 1))
    large = zipped((f"{i}", bytes(MB)) for i in range(100))
    good = zipped([("week.ipynb", b"{}")])
    whole = zipped([("a.zip", large), ("b.zip", many), ("c.zip", good), ("d.ipynb", b"{}")])
    found = extract({"class.zip": whole})
    assert found.keys() == {
        *(f"class/{name}" for name in ("a.zip", "b.zip", "c.zip", "c/week.ipynb", "d.ipynb"))
    }


def test_archives_lie_in_archives_three_deep_at_most(extract):
    whole = zipped([("end.txt", b"1")])
    for depth in range(4):
        whole = zipped([(f"{depth}.zip", whole)])
    assert extract({"top.zip": whole}).keys() == {"top/3.zip", "top/3/2.zip", "top/3/2/1.zip"}


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "/out.txt", "a/../../out.txt", "d/" * 2000 + "x", "n" * 300, link("link.txt")],
    ids=["up", "absolute", "up again", "deep", "long", "link"],
)
def test_what_is_no_file_of_the_archive_is_left_out(extract, tmp_path, name):
    found = extract({"eve.zip": zipped([(name, b"/etc/passwd"), ("week.ipynb", b"{}")])})
    assert found == {"eve/week.ipynb": 2}
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "extracted"}


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_links_and_devices_of_a_tar_archive_are_left_out(extract, kind):
    member = tarfile.TarInfo("special")
    member.type, member.linkname = kind, "week.ipynb"
    week = tarfile.TarInfo("week.ipynb"), b"{}"
    up = tarfile.TarInfo("../up"), b"1"
    assert extract({"eve.tar.gz": tarred(week, (member, b""), up)}) == {"eve/week.ipynb": 2}


def test_a_file_comes_once_and_is_not_written_over(extract):
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped([("week.ipynb", b"{}"), ("week.ipynb", b"{ }"), ("week.ipynb/x", b"1")])
    found = extract({"eve.zip": twice, "eve.tar.gz": tarred((tarfile.TarInfo("x"), b"1"))})
    assert found in ({"eve/week.ipynb": 2}, {"eve/x": 1})  # whichever has the name


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", zipped([("a", b"1" * 99)])[:60], tarred()[:20], zipped([("a", b"")])[:-9]],
    ids=["empty", "junk", "half a zip", "half a tar", "no end"],
)
@pytest.mark.parametrize("name", ["eve.zip", "eve.tar.gz", "eve.gz"])
def test_what_is_no_archive_stops_nobody(extract, name, content):
    found = extract({name: content, "week.ipynb": b"{}"})
    assert found.keys() - {"eve/a"} == {"week.ipynb"}


def header(kind, size):
    """Write a tar header by hand; the size may be any number."""
    info = tarfile.TarInfo("week.ipynb")
    info.type, info.size = kind, size
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)


@pytest.mark.parametrize("size", [10**5, 2**33, 2**62, 2**80])
@pytest.mark.parametrize(
    "kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME]
)
def test_a_tar_archive_that_lies_about_its_size_stops_nobody(extract, kind, size):
    found = extract({"eve.tar.gz": header(kind, size), "x.zip": zipped([("week.ipynb", b"{}")])})
    assert found == {"x/week.ipynb": 2}


def test_a_long_header_of_digits_is_not_read(extract, monkeypatch):
    """Python looks in it for a name in a time that grows with the square of its length."""
    monkeypatch.setattr(tarfile.TarInfo, "_proc_pax", lambda *_: pytest.fail("it was read"))
    info = tarfile.TarInfo("x")
    info.type = tarfile.XHDTYPE
    found = extract({"eve.tar.gz": tarred((info, b"1" * 80_000))})
    assert found == {}


@pytest.mark.parametrize("name", [".tar.gz", "..tar.gz", "...tar.gz", ".tar.zip", ".zip"])
def test_an_archive_without_a_name_of_its_own_stops_nobody(extract, name):
    week = zipped([("week.ipynb", b"{}")])
    inner = zipped([(name, week), ("kept", b"1")])
    found = extract({name: week, "eve.zip": inner, "x.zip": week})
    assert found["x/week.ipynb"] == 2
    assert found["eve/kept"] == 1


def test_names_that_meet_stop_nobody(extract, tmp_path):
    (tmp_path / "archive" / "eve" / "sub").mkdir(parents=True)
    (tmp_path / "archive" / "eve" / "sub" / "x").write_bytes(b"1")
    (tmp_path / "archive" / "eve" / "y").write_bytes(b"1")
    (tmp_path / "archive" / "eve" / "z").write_bytes(b"1")
    both = zipped([("sub", b"2"), ("y/y/y", b"3")])
    found = extract({"eve.zip": both})
    assert found["eve/z"] == 1
    assert found["eve/sub"] == 1


def test_an_uncommon_or_damaged_packing_costs_that_file_alone(extract):
    good = zipped([("week.ipynb", b"{}"), ("bad.txt", b"0123456789" * 9)], zipfile.ZIP_STORED)
    broken = good.replace(b"0123456789" * 9, b"0123456788" * 9)
    uncommon = zipped([("b", b"1" * 99)], zipfile.ZIP_LZMA)
    assert extract({"a.zip": broken, "b.zip": uncommon}) == {"a/week.ipynb": 2}


def test_links_among_the_downloads_are_not_followed(extract, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "link.txt").symlink_to(tmp_path / "secret.txt")
    shutil.copytree(tmp_path / "archive", tmp_path / "downloads", symlinks=True)
    SafeExtractor().extract(str(tmp_path / "downloads"), str(tmp_path / "extracted"))
    assert list((tmp_path / "extracted").iterdir()) == []


GOOD = zipped([("week.ipynb", b"{}")])


@pytest.mark.parametrize(
    "name", ["..zip", "...zip", "...tar.gz", ".zip.gz", "..zip.zip", "a.tar.tar.gz"]
)
@pytest.mark.parametrize("inside", [False, True])
def test_the_name_of_an_archive_leads_nowhere_else(extract, name, inside):
    """Without its ending it is ``.`` or ``..``: to unpack there, and to take it away where it is
    broken, would take others' work away."""
    broken = zipped([("x", b"1"), ("y.txt", b"1" * 99)])[:-9]
    bad = {name: broken, f"b{name}": zipped([("../../week.ipynb", b"0")])}
    found = extract({"z.zip": GOOD, **({"eve.zip": zipped(bad.items())} if inside else bad)})
    assert found["z/week.ipynb"] == 2
    assert {key.split("/")[0] for key in found} <= {"z", "eve", "eve.zip"}


def local_file(method=0, flags=0, content=b"1234", name=b"x"):
    """A file of a zip archive, and its entry in the directory without the last number."""
    sizes = struct.pack("<4H2L", 0, 0, 0, 0, len(content), len(content))[4:]
    head = struct.pack("<4s3H", b"PK\3\4", 20, flags, method) + sizes
    entry = struct.pack("<4s4H", b"PK\1\2", 45, 45, flags, method) + sizes
    return head + struct.pack("<2H", len(name), 0) + name + content, entry


def listed(entry, offset, name=b"x", size=None):
    """An entry of a directory; where a file lies may be any number of 64 bits."""
    extra = struct.pack("<2HQ", 1, 8, offset)
    lengths = struct.pack("<5H2L", len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF)
    return entry + lengths + name + extra


def directory(before, entries, size=None, offset=None):
    whole = b"".join(entries)
    sizes = len(whole) if size is None else size, len(before) if offset is None else offset
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), *sizes, 0)
    return before + whole + end


def directory_of_64_bits(size, offset):
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    there = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    most = *(0xFFFF,) * 2, *(0xFFFFFFFF,) * 2
    return bytes(50) + end + there + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *most, 0)


FILE, ENTRY = local_file()


@pytest.mark.parametrize(
    "absurd",
    [
        *(directory(FILE, [listed(ENTRY, offset)]) for offset in (2**64 - 1, 2**63, 2**40)),
        *(directory(FILE, [listed(ENTRY, 0)], *two) for two in ((2**32 - 2, 0), (0, 2**32 - 2))),
        *(directory_of_64_bits(*two) for two in ((2**64 - 1, 0), (0, 2**64 - 1), (2**63, 2**63))),
    ],
)
def test_a_directory_with_absurd_numbers_costs_that_archive_alone(extract, absurd):
    """Who seeks where it says, or reads as much, fails with an error that is none of a zip's."""
    assert extract({"eve.zip": absurd, "z.zip": GOOD}) == {"z/week.ipynb": 2}


@pytest.mark.parametrize(
    "flags", [0x01, 0x20, 0x40, 0x41], ids=["encrypted", "patch", "strong", "both"]
)
def test_what_is_encrypted_is_left_out(extract, flags):
    """`zipfile` raises another error for each; a program may ask the terminal for the password."""
    file, entry = local_file(flags=flags)
    assert extract({"eve.zip": directory(file, [listed(entry, 0)]), "z.zip": GOOD}) == {
        "z/week.ipynb": 2
    }


def test_one_content_under_many_names_has_the_room_of_one_archive(extract):
    """A bomb that is not nested: 2,000 entries lead to the same ten megabytes of zeros."""
    whole = zipped([("x", bytes(10 * MB))])
    file = whole[: whole.index(b"PK\1\2")]
    entry = whole[len(file) : len(file) + 28]
    entries = [
        entry + struct.pack("<5H2L", 1, 0, 0, 0, 0, 0, 0) + b"x",
        *(entry + struct.pack("<5H2L", 4, 0, 0, 0, 0, 0, 0) + b"%04d" % i for i in range(2000)),
    ]
    bomb = directory(file, entries)
    assert sum(extract({"eve.zip": bomb}).values()) <= LARGEST + module.RATIO * len(bomb)


def sized(kind, size):
    """A member of a tar archive that says it has so many bytes, in 88 bits and a sign."""
    head = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)[:512])
    number = size % 2**88
    head[124:136] = bytes([0xFF if size < 0 else 0x80]) + number.to_bytes(11, "big")
    head[156:157] = kind
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


@pytest.mark.parametrize("size", [-512, -1024, -(2**87)])
@pytest.mark.parametrize(
    "kind", [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME]
)
def test_a_member_of_less_than_nothing_is_not_read_for_ever(extract, size, kind):
    """Who goes on where it ends goes back, and finds the same member again (CVE-2025-8194)."""
    tar = gzip.compress(sized(tarfile.REGTYPE, 0) + sized(kind, size) + bytes(1024))
    found = extract({"eve.tar.gz": tar, "z.zip": GOOD})
    assert found.pop("z/week.ipynb") == 2
    assert sum(found.values()) == 0


@pytest.mark.parametrize("size", [9999, 2**36, 2**62, 2**80])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_member_of_more_than_there_is_costs_that_archive_alone(extract, size, kind):
    """Who makes room for it first has none left; who seeks behind it cannot."""
    tar = gzip.compress(sized(kind, size) + bytes(1024))
    found = extract({"eve.tar.gz": tar, "z.zip": GOOD})
    assert found.pop("z/week.ipynb") == 2
    assert sum(found.values()) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"size": str(10**30)},
        {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(2**50)},
        {"GNU.sparse.map": f"-{2**70},5,1,1", "GNU.sparse.size": "999"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"},
        *(
            {f"GNU.sparse.{name}": text}
            for name in ("map", "size", "realsize")
            for text in ("nan", "1,")
        ),
        *(
            {"path": path}
            for path in ("a\0b", "../up", "/up", "week.ipynb/x", "n" * 9000, "d/" * 99)
        ),
        {"size": "-1"},
        {"mtime": "inf", "uid": "9" * 400, "hdrcharset": "BINARY"},
    ],
    ids=lambda headers: ascii(headers)[:40],
)
def test_no_header_of_a_tar_archive_stops_or_fills_anything(extract, tmp_path, headers):
    """A sparse file of a petabyte has a kilobyte; numbers need not be any."""
    member = tarfile.TarInfo("x")
    member.pax_headers = headers
    found = extract({"eve.tar.gz": tarred((member, b"12")), "z.zip": GOOD})
    assert found.pop("z/week.ipynb") == 2
    assert sum(found.values()) <= LARGEST
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "extracted"}


def test_names_that_look_alike_are_not_written_over(extract):
    """Another program may take one for the other, or cut it at the zero."""
    names = [
        "week.ipynb",
        "WEEK.ipynb",
        "e\u0301",
        "\u00e9",
        "we\u200bek.ipynb",
        "NUL",
        "a:b",
        "x ",
        "x.",
    ]
    odd = [*((name, name.encode()) for name in names), ("week.ipynb/", b""), ("..\\..\\up", b"1")]
    found = extract({"eve.zip": zipped(odd)})
    assert found == {
        **{f"eve/{name}": len(name.encode()) for name in names},
        "eve/..\\..\\up": 1,
    }


def test_a_file_and_a_folder_of_one_name_cost_the_later_one_alone(extract):
    """Who makes folders first, or takes a folder for a place to copy to, writes one over."""
    pairs = [(tarfile.TarInfo(name), b"1") for name in ("a", "a/b", "c/d", "c", "week.ipynb")]
    assert extract({"eve.tar.gz": tarred(*pairs)}) == {
        "eve/a": 1,
        "eve/c/d": 1,
        "eve/week.ipynb": 1,
    }


def test_an_archive_of_two_kinds_is_unpacked_once(extract):
    """A zip archive behind a tar archive: each reader sees another submission."""
    both = tarred((tarfile.TarInfo("seen-as-tar"), b"1")) + GOOD
    assert extract({"eve.tar.gz": both}) in ({"eve/week.ipynb": 2}, {"eve/seen-as-tar": 1})


@pytest.mark.grading
def test_the_shipped_configuration_collects_within_limits(make_course, tmp_path):
    course = make_course()
    place = course / "downloaded" / "toy" / "archive"
    place.mkdir(parents=True)
    of_ada = "ada_2030-11-20-10-00-00_toy.ipynb"  # later than ada's own
    bombs = [(f"{i}.zip", BOMB) for i in range(20)]
    forged = [(name, b"eve's") for name in (of_ada, f"x/extracted/{of_ada}", "toy.ipynb")]
    (place / "eve_2026-11-20-10-00-00_toy.zip").write_bytes(zipped(bombs + forged))
    (place / "ada_2026-11-20-10-00-00_toy.ipynb").write_bytes(b"ada's")
    (pattern,) = re.findall("named_regexp='(.*)'", GUIDE.read_text(encoding="utf-8"))
    option = f"--FileNameCollectorPlugin.named_regexp={pattern}"
    done = nbgrader(course, tmp_path, "zip_collect", "toy", option)
    assert done.returncode == 0, done.stderr
    for student in ("ada", "eve"):  # nobody hands in for another
        collected = course / "submitted" / student / "toy" / "toy.ipynb"
        assert collected.read_text() == f"{student}'s"
    extracted = (course / "downloaded").rglob("*")
    assert sum(path.stat().st_size for path in extracted if path.is_file()) < 2 * LARGEST
    assert "Left out" in done.stderr
