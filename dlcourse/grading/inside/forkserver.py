"""A warm process that forks: everything is imported once, and each job starts in milliseconds.

The server reads one job at a time from a packet socket, forks, and the new process tells the other
end who it is by a file descriptor (a *pidfd*), through which it can be killed whatever happens.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

PACKET = 65536
MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20

Announce = Callable[[int], None]
Start = Callable[[dict[str, Any], list[socket.socket], Announce], None]


def serve(control: socket.socket, start: Start, note: str = "") -> NoReturn:
    """Fork for every job that arrives, until the other end is gone.

    Parameters
    ----------
    control : socket.socket
        A Unix socket that keeps packets apart (``SOCK_SEQPACKET``).
    start : callable
        ``start(settings, connections, announce)`` runs in the new process and must call
        ``announce(pid)`` once with the process to be killed at the end.
    note : str
        What the other end should know about this process.
    """
    gc.collect()
    gc.freeze()  # what is there now is never collected, so its pages stay shared
    gather_pages()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    control.send(b"ready" + note.encode())
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, PACKET, 4)
        if not packet:
            os._exit(0)
        if os.fork() == 0:
            _run(control, start, packet, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def gather_pages() -> None:
    """Let the kernel keep this process's memory in large pages: a fork copies a list of all pages.

    Linux does so on request from 6.1 on; elsewhere nothing changes.
    """
    with open("/proc/self/maps") as maps:
        areas = [line.split() for line in maps]
    libc = ctypes.CDLL(None)
    for place, rights, *_, name in areas:
        start, end = (int(address, 16) for address in place.split("-"))
        start, end = -(-start // LARGE_PAGE) * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
        if "w" in rights and name in ("0", "[heap]") and start < end:  # 0: of no file
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


def _run(control: socket.socket, start: Start, packet: bytes, descriptors: list[int]) -> NoReturn:
    def announce(pid: int) -> None:
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [b"started"], [pidfd])
        os.close(pidfd)
        control.close()

    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        connections = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        start(json.loads(packet), connections, announce)
        status = 0
    except Exception:
        if control.fileno() >= 0:
            control.send(traceback.format_exc()[-4000:].encode())
    finally:
        os._exit(status)
