"""Signals that would end the process at once end it through its `finally` clauses instead."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")
_BY_SIGNAL = 128


@contextmanager
def terminated_gently() -> Iterator[None]:
    """SystemExit with the shell's code for the signal. Only in the main thread, and where nobody else handles it."""
    owner = os.getpid()

    def end(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != owner:
            # A forked process: what is to be tidied up is its parent's.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit(_BY_SIGNAL + number)

    main = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)] if main else []
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
