"""A warm process that forks: everything is imported once, and each job starts in milliseconds.

The server reads one job at a time from a packet socket, forks, and the new process tells the other
end who it is by a file descriptor (a *pidfd*), through which it can be killed whatever happens.
"""

import gc
import json
import os
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

PACKET = 65536

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
