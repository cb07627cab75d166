"""A folder for as long as somebody works in it: what a killed process left, the next one removes.

In use is a folder that is locked, and the system takes the lock from whatever process ends.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "dlcourse-grading-"


class Scratch:
    """A new folder among the temporary files, which others may read.

    Those that nobody uses any more are removed first.

    Raises
    ------
    OSError
        If there is no room, or no locks.
    """

    def __init__(self) -> None:
        sweep()
        while True:
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            try:
                self.lock = _lock(self.folder)
            except (BlockingIOError, FileNotFoundError):  # somebody swept it before it was locked
                continue
            if self.folder.exists():
                break
            os.close(self.lock)
        self.folder.chmod(0o755)

    def close(self) -> None:
        """Remove it; a second time does no harm."""
        if self.lock >= 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self.lock)
            self.lock = -1


def sweep() -> None:
    """Remove the folders of ours that no living process uses."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # It is in use, or another sweeps, too; or it is deeper than Python can go.
        with contextlib.suppress(OSError, RecursionError):
            lock = _lock(folder)
            try:
                if os.fstat(lock).st_uid == os.getuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _lock(folder: Path) -> int:
    """Lock a folder for whoever holds the descriptor.

    Raises
    ------
    OSError
        If it is locked, gone, or no folder.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
