"""What the decoding process gives up before it sees a byte of a member's file, so that taking it over gains nothing.

Limits bound what it may use. On Linux a filter of system calls leaves it memory, its two pipes, the clock and its
end: it can open no file, process or connection, whoever its user is. It can start threads, as HEIC's decoder
(libde265) needs one. The filter is an allow-list in classic BPF
(seccomp(2), Documentation/userspace-api/seccomp_filter.rst); what is not on it fails with EPERM.
"""

import ctypes
import errno
import platform
import resource
import sys

_PR_SET_SECCOMP = 22  # linux/prctl.h
_SECCOMP_MODE_FILTER = 2
_LOAD, _EQUAL, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000  # SECCOMP_RET_ALLOW, _KILL_PROCESS, _ERRNO
_NUMBER_AT, _ARCHITECTURE_AT, _FLAGS_AT = 0, 4, 16  # struct seccomp_data; both machines are little-endian
_OPEN_FILES = 16

_CALLS = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "readv": 19, "writev": 20, "sched_yield": 24,
        "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98,
        "set_robust_list": 273, "rseq": 334,
        "times": 100, "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204,
        "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230, "exit_group": 231, "getrandom": 318,
    },
    "aarch64": {
        "read": 63, "write": 64, "close": 57, "lseek": 62, "mmap": 222, "mprotect": 226, "munmap": 215, "brk": 214,
        "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "readv": 65, "writev": 66,
        "sched_yield": 124, "mremap": 216, "madvise": 233, "nanosleep": 101, "getpid": 172, "exit": 93,
        "set_robust_list": 99, "rseq": 293,
        "gettimeofday": 169, "getrusage": 165, "times": 153, "sigaltstack": 132, "gettid": 178, "futex": 98,
        "sched_getaffinity": 123, "restart_syscall": 128, "clock_gettime": 113, "clock_nanosleep": 115,
        "exit_group": 94, "getrandom": 278,
    },
}  # fmt: skip
"""The numbers of the calls that are left, by machine."""

_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_CLONE_THREAD = 0x10000

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_not", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def limit(*, memory: int, seconds: int) -> None:
    """Give up memory, time and files beyond what one picture needs.

    Raises:
        OSError, ValueError: Linux refuses.
    """
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),  # no picture of a member's ends up in a core dump
    ):
        _lower(kind, most)


def _lower(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (allowed, allowed))
    except (ValueError, OSError):
        if sys.platform == "linux":  # macOS knows some of these only by name
            raise


def close_in() -> bool:
    """Give up system calls for good; without a filter, processes and threads at least.

    A filter takes a process that gains no privileges, which `die_with` sees to.

    Returns:
        Whether the filter stands; False if the system has none or this machine is not known here.
    """
    if _filtered():
        return True
    _lower(resource.RLIMIT_NPROC, 0)
    return False


def _filtered() -> bool:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _CALLS:
        return False
    steps = _filter(machine)
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(machine: str) -> list[_Instruction]:
    """Numbers of another machine's calls (32 bits among them) mean something else: those end the process."""
    allowed = sorted(_CALLS[machine].values())
    return [
        _Instruction(_LOAD, 0, 0, _ARCHITECTURE_AT),
        _Instruction(_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        _Instruction(_RETURN, 0, 0, _KILL),
        _Instruction(_LOAD, 0, 0, _NUMBER_AT),
        *(_Instruction(_EQUAL, len(allowed) - place + 5, 0, number) for place, number in enumerate(allowed)),
        _Instruction(_EQUAL, 3, 0, _CLONE3),
        _Instruction(_EQUAL, 0, 3, _CLONE[machine]),
        _Instruction(_LOAD, 0, 0, _FLAGS_AT),
        _Instruction(_HAS, 2, 1, _CLONE_THREAD),
        _Instruction(_RETURN, 0, 0, _FAIL | errno.ENOSYS),  # the C library falls back on clone, whose flags show
        _Instruction(_RETURN, 0, 0, _FAIL | errno.EPERM),
        _Instruction(_RETURN, 0, 0, _ALLOW),
    ]
