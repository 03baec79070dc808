"""How the process holds memory while it works on many draws."""

from __future__ import annotations

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # options of mallopt in malloc.h of glibc
_LARGE = 1 << 30


def keep_freed_memory() -> None:
    """Ask the C library to hold on to freed memory instead of handing it back to the kernel.

    Arrays of some megabytes that come and go otherwise have all their pages zeroed anew each time,
    a sixth of the time of a schedule of 10,000 draws; the peak stays the same
    (`benchmarks/schedule.py`). For processes that end with their work; without glibc nothing
    happens.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_TRIM_THRESHOLD, _LARGE)
    mallopt(_MMAP_THRESHOLD, _LARGE)
