"""What follows when an invoice is sent: wait, remind, wait again, until it is paid. Standard library only.

A state function like `playbook.py`, which calls it; the table of states is in references/states.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Given = dict[str, Any]

PATIENCE_DAYS = 30  # after the last letter, and again each time the owner wants to wait
PAUSE_DAYS = 7  # between two letters at least, when the first went out late
PROMISE_DAYS = 14  # what is offered when a customer promised to pay; the owner may write another day
BANK_DAYS = 2  # how many days on which banks work the movements in the books may be behind
BANK_PATIENCE_DAYS = 7  # so long a newer statement is waited for before the owner is asked
TEMPLATES = {"notice": "notice", "friendly": "reminder-1", "firm": "reminder-2", "last": "reminder-3"}
SATURDAY = 5
GO_ON = "go on reminding"
WAIT_ON = "no more reminders, wait for the payment"
LEAVE_OUT = "leave this reminder out"
LOOK_AGAIN = "look again"
ANYWAY = "remind all the same"
PROMISED = "they promised to pay: wait until"
LATER = f"wait another {PATIENCE_DAYS} days"
MYSELF = "I do it myself"
NEWER = (LOOK_AGAIN, ANYWAY, WAIT_ON)
MAX_WHY = 250


class Story:
    """What happened since the invoice was sent, as far as it decides what comes next."""

    def __init__(self, outcomes: list[Given]) -> None:
        self.done = {each["key"]: each["day"] for each in outcomes if each["kind"] == "done"}
        self.waited = [each for each in outcomes if each["kind"] == "waited"]
        self.left_out: set[str] = set()
        self.patience: list[str] = []  # the days on which the owner wanted to wait longer
        self.promised = ""  # until when nobody is reminded
        self.promise_skipped = False  # the owner did not want to wait for it after all
        self.anyway = ""  # the day on which the owner wanted to remind though the bank was not looked at
        self.silent = self.replied = self.misheard = False
        for each in outcomes:
            if each["kind"] == "waited" and each["value"] == "reply":
                self.replied, self.misheard = True, False
            elif each["kind"] == "waited" and each["value"] == "skipped" and each["key"].startswith("promised"):
                self.promise_skipped = True
            elif each["kind"] == "answered":
                self.hear(each)

    def hear(self, answer: Given) -> None:
        """Take in one answer of the owner's."""
        key, value = answer["key"], answer["value"]
        if key == "reply":
            self.promised = "" if value in {GO_ON, WAIT_ON, MYSELF} else answer["until"]
            self.promise_skipped = False
            self.misheard = not self.promised and value not in {GO_ON, WAIT_ON, MYSELF}
            self.replied = self.misheard
        if value == WAIT_ON:
            self.silent = True
        elif key == "reply" and (value == GO_ON or self.promised):
            self.silent = False
        elif key == "bank" and value == ANYWAY:
            self.anyway = answer["day"]
        elif key == "overdue" and value == LATER:
            self.patience.append(answer["day"])
        elif key.startswith("reminder-") and value == LEAVE_OUT:
            self.left_out.add(key.rpartition("-")[0])

    def is_skipped(self, stage: str) -> bool:
        """Whether the owner wanted to go on without waiting longer."""
        return any(each["value"] == "skipped" for each in self.of(stage))

    def of(self, stage: str) -> list[Given]:
        """The waits of a stage that ended."""
        return [each for each in self.waited if each["key"] == stage or each["key"].startswith(f"{stage}-")]


class Dunning:
    """One invoice that was sent: how it stands, and the days that count."""

    def __init__(self, given: Given, invoice: Given) -> None:
        self.given, self.invoice, self.number = given, invoice, invoice["number"]
        self.story = Story(given["outcomes"])
        known = [each for each in given["invoices"] if each["number"] == self.number]
        self.standing = known[0] if known else {"state": "unclear", "why": "the books were not read"}
        self.today = date.fromisoformat(given["today"])
        self.due = date.fromisoformat(self.standing.get("due") or invoice["due"])
        stages = given["reminders"]
        self.stages = [each for each in stages if each["letter"] in TEMPLATES]
        self.asks = [self.due + timedelta(days=each["days"]) for each in stages if each["letter"] not in TEMPLATES]

    def moves(self) -> list[Given]:
        """The next moves."""
        if self.standing["state"] in {"paid", "credited"}:
            return [finish(self.given, self.number, self.standing["state"])]
        if self.story.replied:
            return [self.ask_about_reply()]
        return self.paused() or self.next_letter()

    def paused(self) -> list[Given]:
        """The wait while the owner wants nobody to be reminded, or until the day that was promised."""
        if self.story.silent:
            return [self.wait("paid", None, "the payment")]
        if self.standing.get("credit_waits"):
            waiting = self.wait("credited", None, "your decision about its credit note, before anybody is reminded")
            waiting["conditions"].append({"kind": "credited", "about": self.number})
            return [waiting]
        promised = date.fromisoformat(self.story.promised or "0001-01-01")
        if self.today < promised and not self.story.promise_skipped:
            return [self.wait("promised", promised, f"the payment, promised until {promised}")]
        return []

    def next_letter(self) -> list[Given]:
        """The letter that is due, or the wait for it."""
        for name, day, template in self.letters():
            if name in self.story.done or name in self.story.left_out:
                continue
            if self.must_wait(f"{name}-due", day):
                return [self.wait(f"{name}-due", day, f"the payment; a reminder is due on {day}")]
            return self.remind(name, day, template)
        return [self.after_the_letters()]

    def remind(self, name: str, day: date, template: str) -> list[Given]:
        """Propose the letter; what is paid or credited while the owner decides ends it, or makes another of it."""
        if self.standing["state"] == "unclear":
            return [self.ask_about_books()]
        if self.is_behind() and self.story.anyway < day.isoformat():
            return [self.wait_for_the_bank(name)]
        settled = self.wait("settled", None, "the payment, while you decide")
        settled["conditions"].append({"kind": "owed", "about": f"{self.number} {self.standing['open']}"})
        return [self.letter(name, template), settled]

    def letters(self) -> list[tuple[str, date, str]]:
        """The name of each letter, the day it is due, and its template; a notice that comes too late is left out."""
        found: list[tuple[str, date, str]] = []
        before = 0
        for each in self.stages:
            days, template = each["days"], TEMPLATES[each["letter"]]
            day = self.due + timedelta(days=days)
            if days < 0:
                since = date.fromisoformat(self.story.done["send"]) + timedelta(days=PAUSE_DAYS)
                if "notice" in self.story.done or (since <= day and self.today < self.due):
                    found.append(("notice", day, template))
                continue
            if found and (sent := self.story.done.get(found[-1][0])):
                pause = timedelta(days=min(PAUSE_DAYS, days - before))
                day = max(day, date.fromisoformat(sent) + pause)
            before = days
            found.append((f"reminder-{sum(name != 'notice' for name, _, _ in found) + 1}", day, template))
        return found

    def is_behind(self) -> bool:
        """Whether the bank's movements in the books are too old to say that nothing was paid; not if there are none."""
        to = self.standing.get("bank_to")
        return bool(to) and bank_days_between(date.fromisoformat(to), self.today) > BANK_DAYS

    def wait_for_the_bank(self, name: str) -> Given:
        """A statement that is newer, for a while; then the owner is asked."""
        to = self.standing["bank_to"]
        stage = f"{name}-bank"
        ended = [each for each in self.story.of(stage) if each["value"] in {"time", "skipped"}]
        if ended:
            question = f"{self.number} seems to be open, but the movements of your bank are in up to {to} only. "
            return self.ask("bank", question + "Drop a newer statement, or say what to do.", [*NEWER, MYSELF])
        wanted = self.today
        for _ in range(BANK_DAYS + 1):  # its own day counts as in: so many days may lie between it and today
            wanted = bank_day_before(wanted)
        why = f"a newer statement of your bank, before anybody is reminded; its movements are in up to {to}"
        waiting = self.wait(stage, self.today + timedelta(days=BANK_PATIENCE_DAYS), why)
        waiting["conditions"].append({"kind": "bank", "about": wanted.isoformat()})
        return waiting

    def must_wait(self, stage: str, day: date) -> bool:
        """Whether the day is still to come and the owner has not cut the wait short."""
        return self.today < day and not self.story.is_skipped(stage)

    def first_question(self) -> date:
        """When the owner is asked first: on their own day for it, else a while after the last letter."""
        if self.asks:
            return self.asks[0]
        name, day, _ = (self.letters() or [("", self.due, "")])[-1]  # a notice that came too late is none
        sent = self.story.done.get(name)
        return (date.fromisoformat(sent) if sent else day) + timedelta(days=PATIENCE_DAYS)

    def after_the_letters(self) -> Given:
        """Wait for the payment; once in a while the owner is asked."""
        again = [date.fromisoformat(each) + timedelta(days=PATIENCE_DAYS) for each in self.story.patience]
        until, stage = again[-1] if again else self.first_question(), f"overdue-{len(again) + 1}"
        if self.must_wait(stage, until):
            return self.wait(stage, until, "the payment; every letter is written")
        if self.standing["state"] == "unclear":
            return self.ask_about_books()
        late = (self.today - self.due).days
        question = f"{self.number} over {self.amount()} is not paid {late} days after it was due. What shall I do?"
        return self.ask("overdue", question, [LATER, MYSELF])

    def wait(self, stage: str, until: date | None, why: str) -> Given:
        """Wait for money, an answer, or the day. A wait that ended is not taken up again under the same key."""
        ended = len(self.story.of(stage))
        return {
            "kind": "wait",
            "key": f"{stage}-{ended + 1}" if ended else stage,
            "why": f"{self.number}: {why}",
            "until": until.isoformat() if until else None,
            "conditions": [{"kind": "paid", "about": self.number}, {"kind": "reply"}],
        }

    def letter(self, name: str, template: str) -> Given:
        """A letter over what is open, with the invoice again; the brain addresses it to the sender.

        The first one about an invoice always needs the owner's yes, whatever their rules allow.
        """
        return {
            "kind": "letter",
            "key": name,
            "template": template,
            "values": {
                "number": self.number,
                "amount": self.standing["open"],
                "currency": self.standing["currency"],
                "due": self.due.isoformat(),
            },
            "documents": self.invoice["documents"],
            "quote": self.given["quote"],
            "warnings": self.parts(),
            "changes": [LEAVE_OUT, WAIT_ON],
            "first": not any(each in self.story.done for each, _, _ in self.letters()),
        }

    def parts(self) -> list[str]:
        """What was paid or credited of it already."""
        total, credited = Decimal(self.standing["total"]), Decimal(self.standing["credited"])
        open_still = f"{self.amount()} of {self.standing['total']} are open"
        found = [f"⚠ a part was paid; {open_still}"] if Decimal(self.standing["open"]) != total - credited else []
        return found + ([f"⚠ {credited:.2f} were credited; {open_still}"] if credited else [])

    def ask_about_reply(self) -> Given:
        """An answer came; what it means is for the owner to say."""
        start = "I do not know how to do that. " if self.story.misheard else ""
        question = f"{start}An answer came to a mail about {self.number}, which is not paid. Shall I go on reminding?"
        promised = f"{PROMISED} {self.today + timedelta(days=PROMISE_DAYS)}"
        return self.ask("reply", question, [GO_ON, promised, WAIT_ON, MYSELF])

    def ask_about_books(self) -> Given:
        """Nobody is reminded while the books do not say that nothing was paid."""
        why = self.standing["why"][:MAX_WHY]
        question = f"I cannot tell whether {self.number} is paid: {why} Put that in order, or say what to do."
        return self.ask("books", question, [LOOK_AGAIN, WAIT_ON, MYSELF])

    def ask(self, key: str, question: str, choices: list[str]) -> Given:
        """A question to the owner."""
        return {"kind": "ask", "key": key, "question": question, "choices": [{"text": each} for each in choices]}

    def amount(self) -> str:
        """What is open: '1130.50 EUR'."""
        return f"{Decimal(self.standing['open']):.2f} {self.standing['currency']}"

    def steps(self) -> list[Given]:
        """The rest of the plan."""
        paid = self.standing["state"] in {"paid", "credited"}
        reminders = [
            {"text": f"Remind on {day}, unless it is paid", "done": name in self.story.done, "move": name}
            for name, day, _ in self.letters()
            if name in self.story.done or not (paid or self.story.silent or name in self.story.left_out)
        ]
        return [*reminders, {"text": f"Wait for the payment of {self.number}", "done": paid}]


def bank_day_before(day: date) -> date:
    """The last day before this one on which banks work, as far as weekends tell."""
    day -= timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def bank_days_between(start: date, end: date) -> int:
    """How many days on which banks work lie after `start`, `end` not counted: its own day is not over."""
    count = 0
    while (end := bank_day_before(end)) > start:
        count += 1
    return count


def finish(given: Given, number: str, state: str = "") -> Given:
    """The end: what must hold is looked up once more by the brain's caller."""
    ends = {"": "posted and sent", "paid": "posted, sent and paid", "credited": "posted, sent and credited again"}
    sent = [each["key"] for each in given["outcomes"] if each["kind"] == "done"]
    holds = [{"kind": "done", "about": key} for key in sent]
    holds += [{"kind": "paid", "about": number}] if state else []
    return {"kind": "finish", "summary": f"invoice {number} {ends[state]}", "holds": holds}


def after_sending(given: Given, invoice: Given) -> tuple[list[Given], list[Given]]:
    """The next move for an invoice that was sent, and what the plan shows of it."""
    if not given["reminders"]:
        return [finish(given, invoice["number"])], []
    dunning = Dunning(given, invoice)
    return dunning.moves(), dunning.steps()
