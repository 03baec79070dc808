"""A map over chunks in worker processes that never outlive their parent.

Order is kept, and results do not depend on the number of workers: 1 = in this process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def mapped(work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[R]:
    """Yield ``work(task)`` for each task, in order."""
    if min(workers, len(tasks)) <= 1:
        yield from map(work, tasks)
        return
    pool = ProcessPoolExecutor(
        min(workers, len(tasks)), mp_context=get_context("spawn"), initializer=_follow_parent
    )
    try:
        with _quiet_start():
            results: Iterable[R] = pool.map(work, tasks)  # starts all workers
        yield from results
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _follow_parent() -> None:
    """End this worker when its parent is gone, however that came about."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Start children that leave Ctrl-C to the parent and use one BLAS thread each.

    Both are inherited: an ignored signal stays ignored in a new process, and workers share the
    cores already. A Ctrl-C while the children are started (some milliseconds) is lost.
    """
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    before = {n: os.environ.get(n) for n in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if main:
            signal.signal(signal.SIGINT, handler)
