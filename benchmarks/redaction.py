"""Personal data out of a mail: milliseconds of processor time for 10 kB, beside one pass of a compiled pattern.

The mail is a conversation as owners have it: quoted replies, signatures, amounts, dates, references, and personal data
about every 300 characters. The floor is what nobody can save: `re` looks once at every word. Hostile: the worst of
texts made to be slow, each as long. In this process; the best of several rounds counts.
"""

from __future__ import annotations

import json
import re
import time
from itertools import product
from typing import TYPE_CHECKING

from agents.security.data_protection import Person, Redactor, restore
from benchmarks.common.drops import is_quick

if TYPE_CHECKING:
    from collections.abc import Callable

CHARS = 10_000
FIRST = "Anna Berta Clara Dora Emil Fritz Gustav Heinz Ida Jonas Karl Lena Mona Nils Otto Paula Quirin Rosa Sven Tina"
LAST = "Schmidt Müller Weber Wagner Becker Hoffmann Schäfer Koch Bauer Richter Klein Wolf Neumann Schwarz Zimmermann"
MAIL = """Dear Anna,

thank you for your quick answer. We looked at the offer INV-2026-{number:04} from 2026-11-{day:02} and would like to go
on with it, in the smaller size. The amount of 1.{number:03},50 EUR is fine with us, as agreed at the meeting on the 3rd
floor last week; please add the delivery to our second office and send everything before 14:30.
Could you tell us how long the paper would take, and whether the colours can be matched to the samples of last year?
Jonas Weber asked for two proofs. You reach me until five o'clock under +49 30 12345{day:02} or at
jonas.weber{day}@client.example, after that please write to the office.

Kind regards
Jonas Weber
> On Mon, 23 Nov 2026 at 09:00, Berta Koch <berta@studio.example> wrote:
> we need about ten working days for the whole order no. 45000{number:05}, printing on both sides included. If it has to
> be faster we can split it: the first 250 pieces in the first week of December and the others after the holidays. The
> price for that is 10 h x 95.00 EUR more. Our account has not changed, and payment within 14 days is enough.
"""
HOSTILE = ("AA00 ", "0171 2345\n", "a@a.", "0 1 ", "Anna ", "54362315K ", "a1 ", "(+", "AB123456X ", "[at]", "a\u0301")


def main() -> None:
    """Print the figures."""
    mail = "".join(MAIL.format(number=number, day=number % 28 + 1) for number in range(10))[:CHARS]
    few, many = Redactor(people(1), _no_secrets), Redactor(people(10), _no_secrets)
    safe, mapping = few.redact(mail)
    figures = {
        "floor_ms": cpu_ms(lambda: WORDS.sub("", mail)),
        "mail_ms": cpu_ms(lambda: few.redact(mail)),
        "more_contacts_ms": cpu_ms(lambda: many.redact(mail)),
        "restored_ms": cpu_ms(lambda: restore(safe, mapping)),
        "hostile_ms": max(cpu_ms(_redacting(few, (each * CHARS)[:CHARS]), 3) for each in HOSTILE),
        "values_found": len(mapping),
    }
    print(json.dumps(figures))


WORDS = re.compile(r"[^\W_]+")


def people(times: int) -> list[Person]:
    """300 contacts, or so many times that."""
    names = [f"{first} {last}" for first, last in product(FIRST.split(), LAST.split())]
    return [
        Person((f"{name}{'' if not turn else f' {turn}th'}",), (f"{name.split()[1]} Street {number}",))
        for turn in range(times)
        for number, name in enumerate(names)
    ]


def cpu_ms(work: Callable[[], object], rounds: int = 0) -> float:
    """The best of so many rounds."""
    best = float("inf")
    for _ in range(rounds or (20 if is_quick() else 200)):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return round(best * 1_000, 3)


def _redacting(redactor: Redactor, text: str) -> Callable[[], object]:
    return lambda: redactor.redact(text)


def _no_secrets(_text: str) -> list[tuple[int, int]]:
    return []


if __name__ == "__main__":
    main()
