"""What the playbook reads out of a task before a skill decides: amounts, service, customer, kinds of expense. Pure.

`as_given` is the whole of what a skill's script is told, as JSON values. Text from outside is data in it.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local, from_local
from agents.connectors.books import Unclear, plain_line
from agents.connectors.invoice_orders import InvoiceCreate
from agents.durability.deadlines import deadline_in
from agents.reasoning.amounts import read_amounts, read_number
from agents.reasoning.asks import asks_in
from agents.reasoning.billing_papers import read_purchase
from agents.reasoning.payers import payer_in
from agents.reasoning.phrases import folded, sentences
from agents.reasoning.reminder_table import stages_for
from agents.reasoning.triage import Triage, attached_texts, newest_words
from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from agents.connectors.books import Standing
    from agents.connectors.calendar.agenda import Agenda
    from agents.reasoning.amounts import Quantity
    from agents.reasoning.billing_papers import Paper
    from agents.reasoning.brain import Facts, Outcome, Rate, TaskView

MAX_TEXT_CHARS = 20_000
MAX_ATTACHED = 3
MAX_NAME_CHARS = 120
MAX_BUSY, MAX_FREE = 300, 5
MAX_SIGNATURE_CHARS = 60
MAX_SERVICE_WORDS = 3
PAYMENT = "payment_received"
_WORK = re.compile(r"\W{0,2}(?:(?P<of>[^\W\d_]{1,5})\s+)?(?P<words>[^\W\d_][\w-]{2,30}(?: [^\W\d_][\w-]{2,30}){0,4})")
_NO_NAME = re.compile(r"[@/\\:]|\d{3}|www\.")


def as_given(task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, triage: Triage) -> dict[str, object]:
    """Everything a script may know of a task; JSON values only, decimals as text."""
    words = newest_words(task)
    return {
        "task": _task(task),
        "attached": [text[:MAX_TEXT_CHARS] for text in attached_texts(task)[:MAX_ATTACHED]],
        "asks": [_ask(each, task, facts) for each in asks_in(task.text)] if task.kind == "ask" else [],
        "language": triage.language,
        "quote": triage.quote,
        "likely": [list(pair) for pair in triage.ranked],
        "marks": list(triage.marks),
        "said": _amounts(words),
        "service": service_named(words, triage.language),
        "customer": dict(zip(("name", "source"), client_of(task, triage.category), strict=True)),
        "deadline": _deadline(words, task),
        "rates": [_rate(each, task, words) for each in facts.rates],
        "expenses": expense_kinds("\n".join((task.text, *attached_texts(task)))),
        "paper": paper_as_given(triage.paper or _purchase(task)),
        "statement": None if triage.statement is None else {k: str(v) for k, v in asdict(triage.statement).items()},
        "handbook": {
            "company": facts.handbook.company,
            "owner_name": facts.handbook.owner_name,
            "tone": facts.handbook.tone,
            "currency": facts.handbook.currency,
            "tax": str(facts.handbook.tax),
            "tax_line": facts.handbook.tax_line,
            "payment_days": facts.handbook.payment_days,
        },
        "reminders": _reminders(task, outcomes, facts),
        "invoices": [_standing(each, facts.asked_back) for each in facts.invoices],
        "today": facts.today.isoformat(),
        "calendar": None if facts.agenda is None else _calendar(facts.agenda, facts),
        "outcomes": [_outcome(each) for each in outcomes],
    }


def paper_as_given(paper: Paper) -> dict[str, object]:
    """What stands on an invoice or a receipt, or in a text that is neither (`other`); JSON values only."""
    texts = {"kind": str(paper.kind), "vendor": paper.vendor, "currency": paper.currency}
    amounts = {
        name: "" if value is None else f"{value:f}" for name, value in (("total", paper.total), ("tax", paper.tax))
    }
    days = [each.isoformat() for each in paper.days]
    return {**texts, **amounts, "days": days, "vat_ids": list(paper.vat_ids), "ibans": list(paper.ibans)}


def _purchase(task: TaskView) -> Paper:
    return read_purchase("\n".join((task.text, *attached_texts(task)[:MAX_ATTACHED])))


def _task(task: TaskView) -> dict[str, object]:
    return {
        "id": task.id,
        "kind": task.kind,
        "sender_name": task.sender_name,
        "sender_address": task.sender_address,
        "sender_known": task.sender_known,
        "subject": task.subject,
        "text": task.text[:MAX_TEXT_CHARS],
        "received": task.received.isoformat(),
        "flags": list(task.flags),
        "attachments": [
            {"sent_name": each.sent_name, "media_type": each.media_type, "has_text": each.text is not None}
            for each in task.attachments
        ],
    }


def _calendar(agenda: Agenda, facts: Facts) -> dict[str, object]:
    """What takes the owner's time from today on, and a few hours that are free; local, to the minute."""
    today = from_local(datetime.combine(facts.today, time()))
    taken = [each for each in agenda.between(today, agenda.end) if each.overlaps(each.start, agenda.end)]
    free = agenda.free(today, timedelta(hours=1), MAX_FREE)
    return {
        "busy": [[*map(_minute, (each.start, each.end)), each.title] for each in taken[:MAX_BUSY]],
        "free": [_minute(each) for each in free],
    }


def _minute(moment: datetime) -> str:
    return f"{as_local(moment):%Y-%m-%dT%H:%M}"


def _ask(words: str, task: TaskView, facts: Facts) -> dict[str, object]:
    """One ask of the owner's request, with what belongs to it alone."""
    language = load_word_tables().language_of(words)
    return {
        "text": words,
        "said": _amounts(words),
        "service": service_named(words, language),
        "rates": [_rate(each, task, words) for each in facts.rates],
    }


def _amounts(text: str) -> dict[str, object]:
    found = read_amounts(text)
    number = read_number(text.strip().removesuffix("."))
    return {
        "quantities": [{"value": f"{q.value.normalize():f}", "unit": q.unit} for q in found.quantities],
        "prices": [
            {"amount": f"{p.amount:f}", "currency": p.currency, "of": p.of, "gross": p.gross} for p in found.prices
        ],
        "unsure": found.unsure,
        "unsure_price": found.unsure_price,
        "number": "" if number is None else f"{number:f}",
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    action, receipt = outcome.action, outcome.receipt
    moment = receipt.at if receipt else outcome.at
    money = action.money if action else None
    return {
        "key": outcome.key,
        "kind": outcome.kind,
        "value": outcome.value,
        "said": _amounts(outcome.value),
        "reason": outcome.reason,
        "money": None if money is None else {"amount": f"{money.amount:f}", "currency": money.currency},
        "number": receipt.provider_id if receipt else "",
        "documents": [each.sha256 for each in receipt.documents] if receipt else [],
        "due": receipt.details.get("due", "") if receipt else "",
        "day": as_local(moment).date().isoformat() if moment else "",
        "until": _until(outcome),
    }


def _until(outcome: Outcome) -> str:
    """The day that an answer names as 'until 20 December', reckoned from when it was given; ISO, or empty."""
    if outcome.kind != "answered" or outcome.at is None:
        return ""
    day = deadline_in(outcome.value, as_local(outcome.at).date())
    return day.isoformat() if day else ""


def _deadline(words: str, task: TaskView) -> str:
    """Until when something is wanted, reckoned from when it came; ISO, or empty."""
    day = deadline_in(words, as_local(task.received).date())
    return day.isoformat() if day else ""


def _reminders(task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> list[dict[str, object]]:
    """The stages for the customer of this task: whom the invoice names, once there is one."""
    issued = (each.action for each in outcomes if each.receipt and isinstance(each.action, InvoiceCreate))
    customer = next((each.customer for each in issued), customer_of(task)[0])
    stages = stages_for(facts.handbook.reminders, customer)
    return [{"days": each.days, "letter": each.letter} for each in stages]


def _standing(standing: Standing, asked_back: frozenset[str]) -> dict[str, object]:
    """`state`: 'open', 'paid', 'credited' (nothing was paid) or 'unclear' (`why`, with file and line).

    `credit_waits`: whether a credit note over it waits for the owner.
    """
    if isinstance(standing, Unclear):
        return {"number": standing.number, "state": "unclear", "why": standing.why}
    settled = "credited" if standing.credited >= standing.total.amount else "paid"
    return {
        "number": standing.number,
        "state": settled if standing.is_paid else "open",
        "total": f"{standing.total.amount:f}",
        "open": f"{standing.open:f}",
        "credited": f"{standing.credited:f}",
        "credit_waits": standing.number in asked_back,
        "currency": standing.total.currency,
        "due": standing.due.isoformat(),
        "paid_on": standing.paid_on.isoformat() if standing.paid_on else "",
        "bank_to": standing.bank_to.isoformat() if standing.bank_to else "",
    }


def _rate(rate: Rate, task: TaskView, words: str) -> dict[str, object]:
    """A rate, and whether the task names its customer (the sender, or the words of the owner) and its service."""
    customer = folded(rate.customer).strip()
    names = f" {folded(task.sender_name)} {folded(customer_of(task)[0])} "
    if task.kind == "ask":
        names += f"{_spaced(words)} "
    return {
        "customer": rate.customer,
        "service": rate.service,
        "unit": rate.unit,
        "price": f"{rate.price:f}",
        "currency": rate.currency,
        "tax": f"{rate.tax:f}",
        "line": rate.line,
        "names_customer": bool(customer) and f" {_spaced(customer).strip()} " in f" {_spaced(names).strip()} ",
        "names_service": _names_service(rate.service, words),
    }


def _spaced(text: str) -> str:
    return " ".join(word for sentence in sentences(text) for word in sentence if word not in "^?")


def _names_service(service: str, words: str) -> bool:
    services = load_word_tables().services
    wanted = services.get(service.casefold(), service.casefold())
    text = f" {_spaced(words)} "
    names = [word for word, canonical in services.items() if canonical == wanted] or [service]
    return any(f" {_spaced(name)} " in text for name in names if name.strip())


def service_named(words: str, language: str) -> str:
    """What the work was, in the mail's own word: a service of the tables, else the words behind the quantity."""
    tables = load_word_tables()
    text = f" {_spaced(words)} "
    quantities = read_amounts(words).quantities
    known = [name for name in tables.services if f" {_spaced(name)} " in text]
    if known:
        return max(known, key=lambda name: (_is_near(name, words, quantities), len(name)))
    behind = (_words_behind(words, each) for each in quantities)
    fallback = next((each.work for each in tables.languages if each.language == language), "services")
    return next(filter(None, behind), fallback)


def _is_near(name: str, words: str, quantities: tuple[Quantity, ...]) -> bool:
    pieces = (words[each.start : each.start + 80] for each in quantities)
    return any(f" {_spaced(name)} " in f" {_spaced(piece)} " for piece in pieces)


def _words_behind(words: str, quantity: Quantity) -> str:
    """'graphic recording' of '3 days of graphic recording at 900 EUR'."""
    tables = load_word_tables()
    found = _WORK.match(words, quantity.start + len(quantity.text))
    if found is None:
        return ""
    cued = bool(found["of"]) and found["of"].casefold() in tables.cues("of")
    if not cued and (found["of"] or not found["words"][0].isupper()):
        return ""  # behind 'of', or a noun by its capital (German)
    kept: list[str] = []
    for word in found["words"].split():
        if folded(word) in _small_words() or len(kept) == MAX_SERVICE_WORDS:
            break
        kept.append(word)
    return " ".join(kept)


def _small_words() -> frozenset[str]:
    tables = load_word_tables()
    common = (folded(each.common) for each in tables.languages)
    cues = (tables.cues(name) for name in ("per", "rate", "total", "of", "joins", "deadline_before"))
    return frozenset(word for text in common for word in text.split()) | {word for each in cues for word in each}


def customer_of(task: TaskView) -> tuple[str, str]:
    """Who is to be invoiced and where that comes from: the sender's name, the signature, or the address."""
    name = _clean(task.sender_name)
    if name and "@" not in name:
        return name, "sender"
    signature = _clean(_signature(task.text))
    if signature:
        return signature, "signature"
    return _clean(task.sender_address), "address"


def client_of(task: TaskView, category: str) -> tuple[str, str]:
    """Whom a task is about and where that comes from: of a payment who paid, else who is to be invoiced."""
    payer = _clean(payer_in(task.text)) if category == PAYMENT else ""
    return (payer, "text") if payer else customer_of(task)


def _clean(text: str) -> str:
    return plain_line(text).strip("\"' ,;")[:MAX_NAME_CHARS].strip()


def _signature(text: str) -> str:
    """The first line below 'Kind regards' that could be a name."""
    closings = tuple({folded(word) for each in load_word_tables().languages for word in each.closings})
    lines = [line.strip() for line in text[-MAX_TEXT_CHARS:].splitlines()]
    below = False
    for line in lines:
        if below and line:
            return line if len(line) <= MAX_SIGNATURE_CHARS and not _NO_NAME.search(line) else ""
        below = below or (len(line) <= MAX_SIGNATURE_CHARS and folded(line).rstrip(" ,.!").endswith(closings))
    return ""


def expense_kinds(text: str) -> list[list[str | int]]:
    """Kinds of expense whose words occur, with percentages, best first; the rest of 100 % is doubt."""
    words = {word for sentence in sentences(text) for word in sentence}
    counts: dict[str, int] = {}
    for language in load_word_tables().languages:
        for kind, known in language.expenses.items():
            hits = len(words & {folded(word) for word in known})
            counts[kind] = max(counts.get(kind, 0), hits)
    total = sum(counts.values()) + 1
    ranked = sorted(((kind, hits) for kind, hits in counts.items() if hits), key=lambda pair: (-pair[1], pair[0]))
    return [[kind, round(100 * hits / total)] for kind, hits in ranked]
