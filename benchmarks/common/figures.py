"""What the figures are judged by: ratios within one run, against the reach and against the newest committed result.

Absolute times say more about the machine than about us, so what is compared with an earlier run are ratios: to the
floor measured beside it, or to our own figure at the smallest size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WORSE = 1.2  # a ratio that is this many times as bad as the last committed one
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Reach:
    """A figure to reach: `over` / `under`, or `over` alone; at most `limit`, or at least with `at_least`.

    Only a ratio is compared with an earlier run; a plain figure is the machine's as much as ours.
    """

    what: str
    over: str
    limit: float
    under: str = ""
    at_least: bool = False

    def value(self, figures: Mapping[str, float]) -> float | None:
        """The figure of one run; None when it was not measured."""
        top, bottom = figures.get(self.over), figures.get(self.under) if self.under else 1.0
        return top / bottom if top is not None and bottom else None

    def is_met(self, value: float) -> bool:
        """Whether it is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit

    def is_worse(self, value: float, before: float) -> bool:
        """Whether it is 20 % worse than before, or more."""
        return value * WORSE <= before if self.at_least else value >= before * WORSE > 0


REACH = (
    Reach("latency p50, times the floor's", "arrivals.latency_p50_ms", 5.0, "arrivals.floor_p50_ms"),
    Reach(
        "burst of 1,000 files, part of the floor's",
        "arrivals.burst_1k_per_s",
        1 / 3,
        "arrivals.burst_1k_floor_per_s",
        at_least=True,
    ),
    Reach(
        "burst of 10,000 files, part of the floor's",
        "arrivals.burst_10k_per_s",
        1 / 3,
        "arrivals.burst_10k_floor_per_s",
        at_least=True,
    ),
    Reach(
        "burst of 1,000 mails, part of the floor's",
        "arrivals.mails_1k_per_s",
        1 / 8,
        "arrivals.mails_1k_floor_per_s",
        at_least=True,
    ),
    Reach("lost of 1,000 files", "arrivals.burst_1k_lost", 0),
    Reach("lost of 1,000 mails", "arrivals.mails_1k_lost", 0),
    Reach("lost of 10,000 files", "arrivals.burst_10k_lost", 0),
    Reach("1,000 mails of a mailbox, each a committed task, s", "mail_arrivals.committed_s", 30.0),
    Reach("lost of 1,000 mails of a mailbox", "mail_arrivals.lost", 0),
    Reach("lost of 10,000 files in 1,000 new folders", "new_folders.lost", 0),
    Reach("idle processor time of all watchers on 100k notes, %", "watching_much.cpu_percent", 1.0),
    Reach(
        "memory after 100,000 events, times that after 20,000", "many_events.rss_mb", 1.1, "many_events.first_rss_mb"
    ),
    Reach("lost of those that came while the reader was stopped", "flooded.lost", 0),
    Reach(
        "transition at 100k notes, times that at 1k", "sizes.transition_100k_p50_ms", 1.5, "sizes.transition_1k_p50_ms"
    ),
    Reach(
        "transition on a day of 10,000 events, times that on a new one",
        "sizes.transition_1k_busy_day_p50_ms",
        1.5,
        "sizes.transition_1k_p50_ms",
    ),
    Reach("ready on 100k notes, s", "sizes.ready_100k_s", 3.0),
    Reach("idle processor time on 10k notes, %", "idling.cpu_percent", 0.5),
    Reach("idle memory, MB", "idling.rss_mb", 90.0),
    Reach("idle processor time with the engine open, %", "idling.with_engine_cpu_percent", 1.0),
    Reach("idle memory with the engine open, MB", "idling.with_engine_rss_mb", 130.0),
    Reach("memory with 10,000 waiting proposals, MB more than empty", "crowd.more_rss_mb", 20.0),
    Reach("ready with 10,000 waiting proposals, s", "crowd.ready_s", 2.0),
    Reach("idle processor time with 10,000 waiting proposals, %", "crowd.cpu_percent", 1.0),
    Reach("from a decision by command to its intent, s", "crowd.decision_s", 0.5),
    Reach("`--help`, s", "asking_for_help.help_s", 0.3),
    Reach("steps through our port, part of bare DBOS's", "engine.ours_per_s", 0.8, "engine.bare_per_s", at_least=True),
    Reach("kill to the next step, without the start of a process, s", "engine.recovered_s", 3.0),
    Reach("processor time of an idle engine, %", "engine.cpu_percent", 1.0),
    Reach("memory of an idle engine, MB", "engine.rss_mb", 130.0),
    Reach("redaction of 10 kB of mail with 300 contacts, ms", "redaction.mail_ms", 2.0),
    Reach(
        "redaction of 10 kB with 3,000 contacts, times that with 300",
        "redaction.more_contacts_ms",
        1.5,
        "redaction.mail_ms",
    ),
    Reach("redaction of 10 kB of hostile text, ms", "redaction.hostile_ms", 50.0),
    Reach("a decision of the policy at 40 rows, microseconds", "policy.decision_us", 50.0),
    Reach("the slowest of them, microseconds", "policy.worst_us", 50.0),
    Reach("10,000 commits verified, s", "verify_history.seconds", 10.0),
    Reach("one movement booked at 10,000 entries, s", "ledger.append_s_10k", 0.5),
    Reach("one that pays an invoice, s", "ledger.append_payment_s_10k", 0.5),
    Reach("one in a month long over, s", "ledger.append_full_s_10k", 3.0),
    Reach("what customers owe, out of 10,000 entries, s", "ledger.receivables_s_10k", 0.2),
    Reach("the same out of 100,000, s", "ledger.receivables_s_100k", 2.0),  # only with BENCH_LARGE
    Reach("all figures of 10,000 entries, s", "ledger.report_s_10k", 0.2),
    Reach("all figures of 10,000 entries, times loading them plainly", "ledger.report_over_peer_10k", 0.5),
    Reach("10,000 bank lines matched with 10,000 open items, s", "bank_matching.whole_s", 3.5),  # and 1.5 to read them
    Reach("the same, times a quarter of both", "bank_matching.whole_s", 6.0, "bank_matching.quarter_s"),
    Reach("2,000 like lines matched with 2,000 like items, s", "bank_matching.hostile_s", 2.0),
    Reach("looking for secrets in a note of 3 kB, ms", "secrets_gate.note_3k_ms", 5.0),
    Reach("looking for secrets in a note of 64 kB, ms", "secrets_gate.note_64k_ms", 5.0),
    Reach("the same, times one compiled pattern", "secrets_gate.note_64k_ms", 30.0, "secrets_gate.floor_64k_ms"),
    Reach("a burst with that gate, times one without", "gate_in_a_burst.with_ms", 1.2, "gate_in_a_burst.without_ms"),
    Reach(
        "searching 100k notes, nothing changed, times a plain scandir with stat",
        "note_index.unchanged_ms_100k",
        4.0,
        "note_index.floor_stat_ms_100k",
    ),
    Reach(
        "searching 100k notes, times reading them all",
        "note_index.unchanged_ms_100k",
        1.0,
        "note_index.floor_read_ms_100k",
    ),
    Reach("searching 10k notes, nothing changed, ms", "note_index.unchanged_ms_10k", 300.0),
    Reach("the first index of 10k notes, s", "note_index.build_s_10k", 15.0),
    Reach("10,000 bank rows of the slowest format, read and sorted out, s", "bank_rows.slowest_s", 1.5),
    Reach("the same, times cutting a CSV file of them into cells", "bank_rows.slowest_s", 60.0, "bank_rows.floor_s"),
    Reach("1 MB of a statement made to be slow, s", "bank_rows.hostile_s", 2.0),
    Reach("looking for secrets in 64 kB made to be slow, ms", "secrets_gate.hostile_64k_ms", 60.0),
    Reach("forecasts of real series, part of the seasonal naive errors", "forecasts.ratio", 0.95),
    Reach("forecasts better than the seasonal naive one, % of series", "forecasts.better_percent", 65, at_least=True),
    Reach("forecasts, CPU of one, ms", "forecasts.series_ms", 50),
    Reach(
        "pay dates, part of the error of the customer's median",
        "pay_dates.ours_days",
        1.0,
        "pay_dates.customer_median_days",
    ),
    Reach("pay dates, late ones told from others (AUC)", "pay_dates.auc", 0.8, at_least=True),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One reach figure of this run, and of the one before where both are ratios."""

    reach: Reach
    value: float
    before: float | None

    @property
    def is_met(self) -> bool:
        """Whether the figure is reached."""
        return self.reach.is_met(self.value)

    @property
    def is_worse(self) -> bool:
        """Whether it is 20 % worse than before."""
        return self.before is not None and self.reach.is_worse(self.value, self.before)

    def line(self) -> str:
        """One row of the table."""
        sign = ">=" if self.reach.at_least else "<="
        before = "" if self.before is None else f"{self.before:.3g}"
        verdict = ("met" if self.is_met else "NOT MET") + (", 20 % WORSE" if self.is_worse else "")
        return f"{self.reach.what:<62} {self.value:>10.3g}  {sign} {self.limit_text():<6} {before:>10}  {verdict}"

    def limit_text(self) -> str:
        """The limit as people say it."""
        return f"{self.reach.limit:.3g}"


def judged(figures: Mapping[str, float], before: Mapping[str, float], reach: Iterable[Reach] = REACH) -> list[Judged]:
    """Every reach figure that was measured."""
    found = ((each, each.value(figures), each.value(before) if each.under else None) for each in reach)
    return [Judged(each, value, earlier) for each, value, earlier in found if value is not None]


def faults(rows: Iterable[Judged]) -> list[str]:
    """What needs an explanation: not met, or 20 % worse than the last committed result."""
    return [row.reach.what for row in rows if not row.is_met or row.is_worse]


def table(figures: Mapping[str, float], rows: Iterable[Judged]) -> Iterator[str]:
    """The figures as measured, then how they stand to what is to be reached."""
    for name, value in figures.items():
        yield f"{name:<50} {value:>12,.2f}"
    yield ""
    yield f"{'to reach':<62} {'now':>10}  {'limit':<9} {'before':>10}"
    yield from (row.line() for row in rows)
