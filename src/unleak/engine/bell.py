"""Who waits is woken."""

from threading import Event


class Bell:
    """Rung where there is something to do; or to say that it is over."""

    def __init__(self) -> None:
        self._rung = Event()
        self.is_over = False

    def ring(self) -> None:
        self._rung.set()

    def end(self) -> None:
        self.is_over = True
        self._rung.set()

    def wait(self, seconds: float) -> None:
        self._rung.wait(seconds)
        self._rung.clear()
