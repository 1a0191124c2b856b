"""How one bank writes its CSV files, as a note that the owner may correct. Pure.

A profile belongs to a heading, by its digest: every later file with this heading is read by it. What is undecided is
empty: it is looked for in each file anew, and asked when the file does not prove it.

Known flaw: a list of a card that writes money out without a minus and money in with one looks like an account's. Only
the owner can see that, and says it in `signs`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from agents.connectors.bank.amounts import is_currency
from agents.connectors.bank.csv_values import DECIMALS, ORDERS, SIGNS_OF_AMOUNTS
from agents.connectors.bank.csv_words import MANY, ROLES
from agents.vault.note import Problem, read_note
from agents.vault.yaml_text import yaml_property

DIGEST_HEX_CHARS = 16
KIND = "bank-format"
_BODY = """
# How to read this bank's CSV files

Each property below names the column it is read from, as the heading writes it; empty = the file has none.
`date_order` is day-month-year, month-day-year or year-month-day, `decimal` is comma or point. `signs` is as-written, or
turned where money out has no minus, as in lists of some credit cards. `currency_of_all` and `account_of_all` are used
where no column says it; an account is one of yours in `accounts.beancount`, or its IBAN. What is empty and needed is
looked for in each file, and asked when the file does not prove it.

Correct what is wrong: the next file with this heading is read by it. Leave `digest` and `heading` as they are; delete
the note to be asked anew.
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """`columns` are pairs of a role and a column's name; text may have several."""

    heading: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    date_order: str = ""
    decimal: str = ""
    signs: str = ""
    currency: str = ""
    account: str = ""

    @property
    def digest(self) -> str:
        """What the heading is known by."""
        return digest_of(self.heading)

    def places(self, role: str) -> tuple[int, ...]:
        """Where the columns of a role are, from 0."""
        return tuple(self.heading.index(name) for each, name in self.columns if each == role)

    def place(self, role: str) -> int | None:
        """Where the column of a role is; None when there is none."""
        return next(iter(self.places(role)), None)


@dataclass(frozen=True, slots=True)
class Question:
    """What only the owner can say. `about`: the property of the note that the answer goes to."""

    about: str
    words: str


@dataclass(frozen=True, slots=True)
class NeedsProfile:
    """A file whose format the owner must decide: the profile as far as it is proven, and what is asked."""

    profile: Profile
    questions: tuple[Question, ...]


def digest_of(heading: tuple[str, ...]) -> str:
    """What a heading is known by: the same however it is spaced and capitalised."""
    joined = "\x1f".join(" ".join(name.casefold().split()) for name in heading)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_HEX_CHARS]


def profile_text(profile: Profile) -> str:
    """The profile as a note."""
    said = {"type": KIND, "digest": profile.digest, "heading": profile.heading, **properties_of(profile)}
    return f"---\n{''.join(yaml_property(name, value) for name, value in said.items())}---\n{_BODY}"


def properties_of(profile: Profile) -> dict[str, str | tuple[str, ...]]:
    """What the owner may correct, by the name of its property."""
    return {
        "date_order": profile.date_order,
        "decimal": profile.decimal,
        "signs": profile.signs,
        "currency_of_all": profile.currency,
        "account_of_all": profile.account,
        **{role: _names(profile, role) for role in ROLES},
    }


def _names(profile: Profile, role: str) -> str | tuple[str, ...]:
    names = tuple(name for each, name in profile.columns if each == role)
    return names if role in MANY else "".join(names)


def read_profile(text: str) -> Profile | Problem:
    """The profile that a note holds, or the line that is wrong."""
    note = read_note(text)
    if isinstance(note, Problem):
        return note
    values = {name: value if isinstance(value, tuple) else (value,) for name, value in note.properties.items()}
    said = {name: tuple(part.strip() for part in parts if part.strip()) for name, parts in values.items()}
    if said.get("type") != (KIND,) or not said.get("heading"):
        return Problem(1, f"this is no note of type {KIND} with the heading of a file")
    heading = said["heading"]
    columns = tuple((role, name) for role in ROLES for name in said.get(role, ()))
    found = Profile(heading, columns)
    for name, fault in _faults(found, said):
        return Problem(_line_of(text, name), fault)
    return replace(
        found,
        date_order="".join(said.get("date_order", ())),
        decimal="".join(said.get("decimal", ())),
        signs="".join(said.get("signs", ())),
        currency="".join(said.get("currency_of_all", ())),
        account="".join(said.get("account_of_all", ())),
    )


def _faults(profile: Profile, said: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """The properties that cannot be meant, with what is wrong."""
    faults = []
    if said.get("digest") != (profile.digest,):
        faults.append(("digest", "heading and digest do not belong together: leave both as they were"))
    faults += [
        (role, f"the heading has no column {name!r}") for role, name in profile.columns if name not in profile.heading
    ]
    faults += [(role, "this is one column") for role in ROLES if role not in MANY and len(said.get(role, ())) > 1]
    for name, choices in (("date_order", ORDERS), ("decimal", DECIMALS), ("signs", SIGNS_OF_AMOUNTS)):
        if (chosen := "".join(said.get(name, ()))) and chosen not in choices:
            faults.append((name, f"this is one of {', '.join(choices)}"))
    currency = "".join(said.get("currency_of_all", ()))
    if currency and not is_currency(currency):
        faults.append(("currency_of_all", "this is three capital letters, like EUR"))
    return faults


def _line_of(text: str, name: str) -> int:
    return next((number for number, line in enumerate(text.split("\n"), 1) if line.startswith(f"{name}:")), 1)
