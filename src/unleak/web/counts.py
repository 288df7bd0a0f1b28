"""What an operator counts, as Prometheus reads it: https://prometheus.io/docs/practices/naming/"""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from unleak.web.overview import STATES, Overview
from unleak.web.processes import counted_together

_BOUNDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class Counts:
    """Of this process, and of those that share its address; what is counted of incidents is read from the record, and
    the same in every process.
    """

    def __init__(self) -> None:
        self.registry, self._incidents = CollectorRegistry(), CollectorRegistry()
        self.messages = Counter(
            "unleak_messages",
            "Messages of senders, by what came of them.",
            ["sender", "outcome"],
            registry=self.registry,
        )
        self.alerts = Counter("unleak_alerts", "Alerts of senders.", ["sender", "what"], registry=self.registry)
        self.answered = Histogram(
            "unleak_answer_seconds",
            "From a message's last byte to its answer.",
            ["sender"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
            registry=self.registry,
        )

    def watch(self, overview: Overview) -> None:
        self._incidents.register(_Incidents(overview))

    def text(self) -> bytes:
        return generate_latest(_together() if counted_together() else self.registry) + generate_latest(self._incidents)


def _together() -> CollectorRegistry:
    """https://prometheus.github.io/client_python/multiprocess/"""
    whole = CollectorRegistry()
    MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    return whole


class _Incidents(Collector):
    def __init__(self, overview: Overview) -> None:
        self._overview = overview

    def describe(self) -> list[Metric]:
        return []  # or the record would be read when it is registered

    def collect(self) -> list[Metric]:
        rows = self._overview.rows()
        states = GaugeMetricFamily("unleak_incidents", "Incidents by how they stand.", labels=["state"])
        for state in STATES:
            states.add_metric([state], sum(r.state == state for r in rows))
        verdicts = GaugeMetricFamily("unleak_verdicts", "Changes that were made, by their verdict.", labels=["verdict"])
        for verdict in ("holds", "fails", "unknown"):
            verdicts.add_metric([verdict], sum(r.verdicts.get(verdict, 0) for r in rows))
        return [
            states,
            verdicts,
            _histogram("unleak_applied_seconds", "From an alert to its first change.", [r.applied_after for r in rows]),
            _histogram("unleak_holds_seconds", "From an alert until all holds.", [r.holds_after for r in rows]),
        ]


def _histogram(name: str, about: str, seconds: list[float | None]) -> Metric:
    known = [s for s in seconds if s is not None]
    buckets = [(f"{bound:g}", float(sum(s <= bound for s in known))) for bound in _BOUNDS]
    return HistogramMetricFamily(name, about, buckets=[*buckets, ("+Inf", float(len(known)))], sum_value=sum(known))
