"""What a student's process may ask of the kernel: a list of what is allowed, all else is not there.

A list of what is forbidden would have to know every call by which a process can keep memory that
is counted nowhere, or talk to its neighbours: semaphores, access lists, file locks, watches, packet
filters, and what the next kernel brings. Python, NumPy, matplotlib and a shell need none of them.

Two sandboxes share a kernel, and the files of the system. So nothing is there that asks which pages
of a file are in memory or puts them out of it, that waits or wakes at a place in a file (a futex
that is not a process's own), or that counts what the whole machine does. Nor may what has a limit
for each user be used up: descriptors on their way through sockets, signals that queue. All of a
submission is one session, which gets one share of a processor however many processes it has.
"""

import errno
from typing import Any

NOT_THERE = 38  # ENOSYS, upon which the C library takes an older call where there is one

ALLOWED = {
    "files": """
        read write readv writev pread64 pwrite64 preadv pwritev lseek _llseek
        open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2
        stat fstat lstat newfstatat fstatat64 stat64 fstat64 lstat64 statx statfs fstatfs
        access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir getdents getdents64
        mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
        chmod fchmod fchmodat fchmodat2 umask utime utimes utimensat futimesat
        truncate ftruncate fallocate fsync fdatasync sync_file_range sendfile
         copy_file_range getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    """,
    "memory": """
        brk munmap mprotect mremap msync membarrier get_mempolicy
        mlock munlock pkey_alloc pkey_free pkey_mprotect
    """,
    "processes": """
        fork vfork execve execveat exit exit_group wait4 waitid
        getpid getppid gettid getpgid setpgid getpgrp getsid pidfd_open pidfd_send_signal
        getuid geteuid getgid getegid getresuid getresgid getgroups capget
        arch_prctl set_tid_address set_robust_list get_robust_list rseq
        sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_getattr
        sched_get_priority_max sched_get_priority_min getpriority getcpu
        getrlimit setrlimit prlimit64 getrusage times uname
    """,
    "signals and time": """
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend
        rt_sigtimedwait sigaltstack pause alarm restart_syscall
        setitimer getitimer timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4
        nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time getrandom
    """,
    "pipes and pairs of sockets": """
        poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
        epoll_pwait2 eventfd eventfd2 socketpair shutdown sendto
        recvfrom recvmsg recvmmsg getsockname getpeername getsockopt
    """,
}

NEW_NAMESPACES = 0x7E020000
SHARED, ANONYMOUS = 0x01, 0x20
WHOLE = 0xFFFFFFFF
FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_OPERATION, FUTEX_PRIVATE = 0, 9, 0x7F, 0x80

# The argument at a position, under a mask, must have a value; one of several such conditions.
CONDITIONS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "clone": ((0, NEW_NAMESPACES, 0),),
    "mmap": ((3, SHARED, 0), (3, ANONYMOUS, 0)),  # not both: no process need map it to keep it
    # What is needed when and given back, and huge pages: nothing that moves pages of a file.
    "madvise": tuple((2, WHOLE, advice) for advice in (0, 1, 2, 4, 8, 10, 11, 14, 15, 16, 17)),
    "futex": ((1, FUTEX_PRIVATE, FUTEX_PRIVATE),),
    # No locks, leases or larger pipes: copies and flags of descriptors.
    "fcntl": tuple((1, WHOLE, command) for command in (0, 1, 2, 3, 4, 1030, 1032)),
    # Signals that do not queue up: room for those that do is the user's, whatever the sandbox.
    **{name: ((at, WHOLE - 31, 0),) for name, at in (("kill", 1), ("tkill", 1), ("tgkill", 2))},
    # Questions about a terminal, and whether a descriptor blocks or stays open.
    "ioctl": tuple((1, WHOLE, n) for n in (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
    # Names of threads and of memory, and the parent's death.
    "prctl": tuple((0, WHOLE, option) for option in (1, 2, 3, 15, 16, 0x53564D41)),
}

# What the kernel does not do, and answers at once, as if.
AS_IF: dict[int, dict[str, tuple[tuple[int, int, int], ...]]] = {
    # The C library waits for the end of a thread as if another process could end it, and gives up
    # where there is no such wait. It looks again until the thread has ended.
    errno.EAGAIN: {
        "futex": tuple(
            (1, FUTEX_OPERATION | FUTEX_PRIVATE, n) for n in (FUTEX_WAIT, FUTEX_WAIT_BITSET)
        )
    },
    # A lock of a file is granted: a submission is alone with its files. (A real lock of a file of
    # the system would be seen by all.)
    0: {"fcntl": tuple((1, WHOLE, command) for command in (6, 7, 37, 38)), "flock": ()},
}


def system_call_filter() -> Any:
    """Make the filter, or return None where libseccomp is not there.

    Returns
    -------
    pyseccomp.SyscallFilter or None
        ``load()`` puts it over the calling process and all that it starts, for good.
    """
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(NOT_THERE))
    answers = [(pyseccomp.ALLOW, CONDITIONS)]
    answers += [(pyseccomp.ERRNO(number), table) for number, table in AS_IF.items()]
    conditions: list[tuple[int, str, tuple[Any, ...]]] = [
        (pyseccomp.ALLOW, name, ()) for names in ALLOWED.values() for name in names.split()
    ]
    for answer, table in answers:
        for name, choices in table.items():
            if not choices:
                conditions.append((answer, name, ()))
            for position, mask, value in choices:
                argument = pyseccomp.Arg(position, pyseccomp.MASKED_EQ, mask, value)
                conditions.append((answer, name, (argument,)))
    for answer, name, arguments in conditions:
        try:
            rules.add_rule(answer, name, *arguments)
        except (OSError, ValueError, RuntimeError):  # this kernel's machine has no such call
            continue
    return rules
