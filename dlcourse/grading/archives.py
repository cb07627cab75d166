"""``nbgrader zip_collect`` within limits: a small archive of a student's may unpack to very much.

The shipped ``nbgrader_config.py`` puts `SafeExtractor` in the place of nbgrader's extractor.
"""

import gzip
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from nbgrader.plugins import ExtractorPlugin

from dlcourse.grading.execute import SafeExecute
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.submissions import DEEPEST

RATIO = 100  # what a download may grow to, beside one submission; text grows tenfold
MOST_IN_A_CLASS = 1000  # times as many files as one may hand in
NESTED = 2  # a platform's archive holds students' archives, and those may hold one of data
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for much memory
BROKEN = (
    *(OSError, EOFError, ValueError, RuntimeError, OverflowError, MemoryError),
    *(zlib.error, zipfile.BadZipFile, tarfile.TarError),
)
UTF_8 = 0x800  # the flag of a name in a zip archive
LONGEST_HEADER = 4096  # of a name in a tar archive; Python's reading takes hours for a long one

Member = tuple[str, Callable[[], IO[bytes] | None]]


class RefusedError(Exception):
    """Something is not unpacked; the message says why."""


@dataclass
class Amount:
    """How much an archive may unpack to, or did.

    Parameters
    ----------
    size : int
        Bytes.
    files : int
        Regular files.
    """

    size: int
    files: int


class SafeExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks regular files, within limits; says what it leaves out, and goes on.

    A download may hold what a whole class handed in. What lies in it, a file or one more archive,
    is one student's: it may be as large as a submission.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy all that was downloaded.

        Parameters
        ----------
        archive_path, extracted_path : str
            Where it is, and where it goes.
        """
        limits = SafeExecute(parent=self.parent).limits_of()
        self.largest, self.most = int(limits.notebook_mb * MB), limits.notebook_files
        for place, _, names in os.walk(archive_path):
            folder = Path(extracted_path, Path(place).relative_to(archive_path))
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as problem:  # an archive's file has that name
                self.leave_out(Path(place), problem)
                continue
            for name in sorted(names):
                source = Path(place, name)
                if source.is_symlink() or not source.is_file():
                    self.leave_out(source, "it is no regular file")
                elif source.suffix in self.zip_ext:
                    size = self.largest + RATIO * source.stat().st_size
                    files = MOST_IN_A_CLASS * self.most
                    self.unpack(source, folder, Amount(size, files), NESTED)
                else:
                    try:
                        shutil.copy(source, folder / name)
                    except OSError as problem:  # an archive's folder or file has that name
                        self.leave_out(source, problem)

    def leave_out(self, path: Path, reason: object) -> None:
        """Say what is not there, and why."""
        self.log.warning("Left out: %r: %s", str(path), reason)

    def unpack(self, archive: Path, place: Path, room: Amount, nested: int) -> Amount:
        """Unpack an archive and those in it; nothing of one that is too large or broken.

        Parameters
        ----------
        archive, place : Path
            What, and where: into a new folder of its name.
        room : Amount
            How much it may unpack to.
        nested : int
            How many archives may lie in one another in it.

        Returns
        -------
        Amount
            What it unpacked to.
        """
        name = archive.name.removesuffix(".gz").removesuffix(".zip").removesuffix(".tar")
        folder, used, inner = place / name, Amount(0, 0), []
        try:
            folder.mkdir()
        except OSError as problem:
            self.leave_out(archive, problem)
            return used
        try:
            with closing(members(archive, min(room.size, self.largest))) as found:
                for name, opened in found:
                    used.files += 1
                    if used.files > room.files or used.size > room.size:
                        raise RefusedError(
                            f"it has more than {room.files} files or {room.size / MB:.3g} MB"
                        )
                    limit = min(room.size - used.size, self.largest)
                    size = self.write(folder, name, opened, limit)
                    used.size += size
                    if size and Path(name).suffix in self.zip_ext:
                        inner.append(folder / name)
        except (RefusedError, *BROKEN) as problem:
            self.leave_out(archive, problem)
            shutil.rmtree(folder, ignore_errors=True)
            return Amount(0, 0)
        for path in filter(Path.is_file, inner):
            if not nested:
                self.leave_out(path, "it lies too deep in other archives")
                continue
            size = min(room.size - used.size, self.largest)
            files = min(room.files - used.files, self.most)
            more = self.unpack(path, path.parent, Amount(size, files), nested - 1)
            used = Amount(used.size + more.size, used.files + more.files)
        return used

    def write(
        self, folder: Path, name: str, opened: Callable[[], IO[bytes] | None], limit: int
    ) -> int:
        """Write a file of an archive, or say why not, and return how many bytes were unpacked.

        Those of a file that is left out count, too: an archive may hold one content many times.
        """
        target, size = folder / name, 0
        try:
            content, parts = opened(), PurePosixPath(name).parts
            if content is None:
                raise ValueError("it is a link, or packed in an uncommon way")
            if not parts or ".." in parts or parts[0] == "/" or len(parts) > DEEPEST:
                raise ValueError("its name leads elsewhere, or too deep")
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, open(target, "xb") as file:
                try:
                    size = copy(content, file, limit)
                except BROKEN:
                    size = file.tell()
                    target.unlink()
                    raise
        except BROKEN as problem:
            self.leave_out(target, problem)
            return size
        if size > limit:
            target.unlink()
            self.leave_out(target, f"it is larger than {limit / MB:.3g} MB")
        return size


class ShortHeader(tarfile.TarInfo):
    """A member of a tar archive; what stands before it, as a long name, has a limit."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        names = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
        before = (*names, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
        if self.type in before and self.size > LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        return super()._proc_member(archive)  # type: ignore[misc]


def members(archive: Path, limit: int) -> Generator[Member, None, None]:
    """List the files of a zip archive, or of a compressed tar archive that is not too large.

    Each comes with what opens it; that returns None for a link and whatever else is no file.

    Raises
    ------
    RefusedError
        If a tar archive has more bytes than the limit.
    """
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as whole:
            for info in whole.infolist():
                kind = stat.S_IFMT(info.external_attr >> 16)
                plain = kind in (0, stat.S_IFREG) and info.compress_type in PACKINGS
                if not info.is_dir():
                    yield name_in_zip(info), partial(whole.open, info) if plain else lambda: None
        return
    with tempfile.TemporaryFile() as plain_tar:
        with gzip.open(archive) as packed:
            if copy(packed, plain_tar, limit) > limit:  # it is read into memory in parts
                raise RefusedError(f"it unpacks to more than {limit / MB:g} MB")
        plain_tar.seek(0)
        try:
            with tarfile.open(fileobj=plain_tar, mode="r:", tarinfo=ShortHeader) as tar:
                for member in tar:
                    if not member.isdir():
                        plain = member.isreg()
                        yield (
                            member.name,
                            partial(tar.extractfile, member) if plain else lambda: None,
                        )
        except tarfile.TarError as problem:
            raise RefusedError(f"it is no archive: {problem}") from None


def name_in_zip(info: zipfile.ZipInfo) -> str:
    """Return a file's name; macOS writes UTF-8 and does not say so, upon which it reads as junk."""
    if not info.flag_bits & UTF_8:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass  # it is what it says
    return info.filename


def copy(source: Any, target: Any, limit: int) -> int:
    """Copy one byte more than the limit at most, and return how many it were."""
    done = 0
    while done <= limit and (part := source.read(min(2**20, limit + 1 - done))):
        target.write(part)
        done += len(part)
    return done
