"""The words of the handbook's tables about permissions: who, may, what, when, then. Pure.

Words are read strictly: what is not understood is a `Problem` of its row, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from agents.connectors.contract import Stakes
from agents.security.permission_manager import ALWAYS, HUMAN, Conditions, Level, Role, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Word = TypeVar("Word")

WHO: Mapping[str, frozenset[Role]] = {
    **dict.fromkeys(("anybody", "anyone", "everybody"), HUMAN),
    # a plain move counts as the owner's until a proof says whose it is
    **dict.fromkeys(("", "owner", "i", "me"), frozenset({Role.OWNER, Role.VAULT})),
    **{each.value: frozenset({each}) for each in Role if each is not Role.OWNER},
}
MAY: Mapping[str, Verb] = {"": Verb.APPROVE, **{each.value.replace("_", " "): each for each in Verb}}
THEN: Mapping[str, Level] = {
    "allow": Level.ALLOW,
    "ask": Level.ASK,
    "ask with proof": Level.PROVE,
    "ask two": Level.TWO,
    "never": Level.DENY,
}
KINDS: Mapping[str, tuple[str, Stakes]] = {  # what a plain word means: an action as an example of it, what is at stake
    "payment": ("payment.make", Stakes.MONEY_LEAVES),
    "refund": ("payment.refund", Stakes.MONEY_FORGIVEN),
    "credit note": ("invoice.credit", Stakes.MONEY_FORGIVEN),
    "invoice": ("invoice.create", Stakes.MONEY_ASKED),
    "mail": ("email.send", Stakes.MESSAGE),
    "message": ("message.send", Stakes.MESSAGE),
    "post": ("social.publish", Stakes.PUBLIC),
    "deletion": ("file.delete", Stakes.DELETION),
}
ANYTHING = frozenset({"", "*", "anything", "everything"})
SOURCES: Mapping[str, frozenset[str]] = {
    "from me": frozenset({"owner"}),
    "from my contacts": frozenset({"contacts"}),
    "to the sender": frozenset({"sender"}),
    "from a mail": frozenset({"mail"}),
    "from an assistant": frozenset({"agent"}),
}
FROM_US = frozenset({"owner", "contacts", "sender", "computed", "handbook", "rates", "receipt"})  # no outside text
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CODES = (  # ISO 3166-1 alpha-2, and XK, which the banks use
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
)
COUNTRIES = frozenset(_CODES.split())
_PATTERN = re.compile(r"[a-z0-9_*]+(?:\.[a-z0-9_*]+)*")
_NUMBER = r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?|[0-9]{1,12}(?:\.[0-9]{1,2})?)"
MONEY = re.compile(rf"{_NUMBER} ?(?P<currency>[A-Z]{{3}})")
_BOUND = r"(?P<bound>up to|at most|above|over|more than)"
_A_DAY = r"(?: (?:a|per) day)"
_AMOUNT = re.compile(rf"{_BOUND} {MONEY.pattern}(?P<daily>{_A_DAY})?", re.IGNORECASE)
_COUNT = re.compile(rf"{_BOUND} (?P<count>[0-9]{{1,6}}){_A_DAY}", re.IGNORECASE)
_KNOWN = re.compile(r"known for (?P<less>less than )?(?P<days>[0-9]{1,5}) days?|(?P<new>new)", re.IGNORECASE)
_HOURS = re.compile(r"(?:from )?(?P<start>[0-9]{1,2}:[0-9]{2}) to (?P<end>[0-9]{1,2}:[0-9]{2})", re.IGNORECASE)
_BETWEEN = re.compile(r"between ([0-9:]+) and ([0-9:]+)", re.IGNORECASE)
_AND = re.compile(r" and ", re.IGNORECASE)
_LISTED = re.compile(r"[ \t]*,[ \t]*(?:or[ \t]+)?|[ \t]+or[ \t]+", re.IGNORECASE)
HINTS = "write for example: above 500 EUR; known for 30 days; from a mail; to KP, IR; weekends; 18:00 to 08:00"


class NotUnderstood(ValueError):
    """A word that means nothing here; the message says so to the owner."""


@dataclass(frozen=True, slots=True)
class What:
    """What a row is about: a pattern of actions, and what is at stake (empty = whatever it is); and in words."""

    pattern: str
    stakes: frozenset[str] = frozenset()
    words: str = "anything"


def read_who(text: str) -> frozenset[Role]:
    """The roles of 'owner', 'approver, accountant' or 'anybody'.

    Raises:
        NotUnderstood: it names nobody.
    """
    return frozenset[Role]().union(*(_word(WHO, each, "is nobody here") for each in _listed(text)))


def read_may(text: str) -> frozenset[Verb]:
    """What they want to do; empty = approve.

    Raises:
        NotUnderstood: nobody does that here.
    """
    return frozenset({_word(MAY, text, "is nothing anybody does here")})


def read_then(text: str) -> Level:
    """How much is asked.

    Raises:
        NotUnderstood: it is none of the five answers.
    """
    return _word(THEN, text or "nothing", "is no answer")


def _word(known: Mapping[str, Word], text: str, wrong: str) -> Word:
    word = plainly(text)
    if word not in known:
        raise NotUnderstood(f"{word[:40]!r} {wrong}; write {_or(*filter(None, known))}")
    return known[word]


def read_what(text: str) -> What:
    """'payments', 'payment.*' or 'anything'.

    Raises:
        NotUnderstood: it is neither a kind nor a pattern of actions.
    """
    word = plainly(text)
    if word in ANYTHING:
        return What("*")
    if (kind := word.removesuffix("s")) in KINDS:
        return What("*", frozenset({KINDS[kind][1].value}), word)
    if "." in word and _PATTERN.fullmatch(word):
        return What(word, words=word)
    names = _or(*(f"{each}s" for each in KINDS))
    raise NotUnderstood(f"{word[:40]!r} is no kind of action; write {names}, or a name such as email.send or payment.*")


def read_when(text: str) -> Conditions:
    """The conditions, several joined by 'and'; empty = always.

    Raises:
        NotUnderstood: one of them is not understood, or two speak of the same.
    """
    when, said = ALWAYS, set[str]()
    text = _BETWEEN.sub(r"\1 to \2", " ".join(text.split()))
    for part in _AND.split(text) if text.casefold() not in {"", "always"} else ():
        found = _condition(part)
        if again := said & (set(found) - {"currency"}):
            raise NotUnderstood(f"{part[:40]!r} speaks of the same as another part ({min(again)}); keep one")
        if when.currency and found.get("currency", when.currency) != when.currency:
            raise NotUnderstood("the amounts of one row must be in one currency")
        said |= set(found)
        when = replace(when, **found)  # type: ignore[arg-type] # each reader gives values of the conditions it names
    return when


def _condition(part: str) -> Mapping[str, object]:
    for read in _READERS:
        if found := read(part):
            return found
    raise NotUnderstood(f"{part[:40]!r} is not understood; {HINTS}")


def _amount(part: str) -> Mapping[str, object]:
    found = _AMOUNT.fullmatch(part)
    if not found:
        return {}
    if not found["currency"].isupper():
        raise NotUnderstood(f"{part[:40]!r} names no currency such as EUR, in capitals")
    name = ("day_sum_" if found["daily"] else "") + _side(found["bound"])
    return {name: number(found["number"]), "currency": found["currency"]}


def number(text: str) -> Decimal:
    """'2,000.50' as a number; the expressions here let nothing else through."""
    return Decimal(text.replace(",", ""))


def _count(part: str) -> Mapping[str, object]:
    found = _COUNT.fullmatch(part)
    return {f"count_{_side(found['bound'])}": int(found["count"])} if found else {}


def _side(bound: str) -> str:
    return "up_to" if bound.casefold() in {"up to", "at most"} else "above"


def _known(part: str) -> Mapping[str, object]:
    found = _KNOWN.fullmatch(part)
    if not found:
        return {}
    if found["new"]:
        return {"newer_than_days": 1}
    return {"newer_than_days" if found["less"] else "known_days": int(found["days"])}


def _source(part: str) -> Mapping[str, object]:
    word = plainly(part)
    if word == "from anywhere":
        return {"sources": FROM_US.union(*SOURCES.values())}
    return {"sources": SOURCES[word]} if word in SOURCES else {}


def _days(part: str) -> Mapping[str, object]:
    word = plainly(part)
    if word in {"weekends", "weekend", "at weekends"}:
        return {"weekdays": frozenset({5, 6})}
    if word in {"weekdays", "working days", "workdays"}:
        return {"weekdays": frozenset(range(5))}
    named = [each.removesuffix("s") for each in _listed(word.removeprefix("on "))]
    return {"weekdays": frozenset(map(DAYS.index, named))} if set(named) <= set(DAYS) else {}


def _hours(part: str) -> Mapping[str, object]:
    found = _HOURS.fullmatch(part)
    if not found:
        return {}
    try:
        start, end = (time.fromisoformat(found[name].zfill(5)) for name in ("start", "end"))
    except ValueError as err:
        raise NotUnderstood(f"{part[:40]!r} are no times of a day") from err
    return {"from_time": start, "to_time": end}


def _to(part: str) -> Mapping[str, object]:
    if not part.casefold().startswith("to "):
        return {}
    names = _listed(part[3:])
    codes = [each for each in names if len(each) == 2 and each.isalpha()]  # noqa: PLR2004 (ISO 3166)
    if not codes:
        return {"counterparties": frozenset(map(str.casefold, names))}
    if wrong := [each for each in names if each not in COUNTRIES]:
        raise NotUnderstood(f"{wrong[0][:40]!r} is no country such as DE or GB, in capitals")
    return {"countries": frozenset(codes)}


_READERS: tuple[Callable[[str], Mapping[str, object]], ...] = (_amount, _count, _known, _source, _days, _hours, _to)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in _LISTED.split(text.strip())]


def answer(level: Level) -> str:
    """The word of the column `then` for an answer."""
    return next(word for word, each in THEN.items() if each is level)


def plainly(text: str) -> str:
    """A cell as it is compared."""
    return " ".join(text.strip().strip("`").casefold().split())


def _or(*words: str) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
