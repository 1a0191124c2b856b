"""Until when something is wanted, as people write it in mails: 'by Friday', 'bis morgen', 'entro il 30 novembre'. Pure.

Only a time that words such as 'by' or 'until' lead up to is a deadline; what cannot be told for sure is none. A weekday
is the next one, today included when it is today; the end of a week is its Friday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_TEXT_CHARS = 20_000
MAX_DAYS_AHEAD = 366
FRIDAY, DAYS_OF_WEEK, HOURS_OF_DAY, CENTURY = 4, 7, 24, 2000
_UNTIL = (
    *("by", "until", "before", "no later than", "not later than", "latest", "due", "due on", "due by", "deadline"),
    *(
        "bis",
        "bis zum",
        "bis spätestens",
        "spätestens",
        "spätestens am",
        "vor",
        "vor dem",
        "fällig am",
        "frist",
        "zahlbar bis",
    ),
    *("avant", "avant le", "d'ici", "d'ici au", "d'ici le", "au plus tard", "au plus tard le", "jusqu'au", "pour le"),
    *("antes del", "antes de", "a más tardar", "a más tardar el", "para el", "hasta el", "vence el", "límite"),
    *("entro", "entro il", "entro la", "prima di", "prima del", "scade il", "scadenza", "per il", "non oltre il"),
    *("voor", "uiterlijk", "uiterlijk op", "tegen", "vóór"),
)
_WITHIN = ("within", "innerhalb von", "binnen", "sous", "d'ici", "dans les", "en un plazo de", "en menos de", "entro")
_AT_ONCE = (
    *("still today", "today please", "noch heute", "heute noch", "dès aujourd'hui", "aujourd'hui encore"),
    *("hoy mismo", "oggi stesso", "ancora oggi", "vandaag nog", "nog vandaag"),
)
_ARTICLES = (
    r"(?:the|dem|den|der|die|das|le|la|les|el|los|il|lo|gli|i|de|het|am|on|next|this|coming|kommenden|diesen|ce|este)"
)
_RELATIVE = {
    0: (
        *("today", "tonight", "this afternoon", "this evening", "close of business", "eod", "end of day"),
        *("heute", "heute abend", "aujourd'hui", "ce soir", "hoy", "esta tarde", "esta noche", "oggi", "stasera"),
        "vandaag",
    ),
    1: ("tomorrow", "morgen", "demain", "mañana", "domani"),
    2: ("the day after tomorrow", "übermorgen", "après-demain", "pasado mañana", "dopodomani", "overmorgen"),
}
_WEEKDAYS = (
    ("monday", "mon", "montag", "lundi", "lunes", "lunedì", "maandag"),
    ("tuesday", "tue", "dienstag", "mardi", "martes", "martedì", "dinsdag"),
    ("wednesday", "wed", "mittwoch", "mercredi", "miércoles", "mercoledì", "woensdag"),
    ("thursday", "thu", "donnerstag", "jeudi", "jueves", "giovedì", "donderdag"),
    ("friday", "fri", "freitag", "vendredi", "viernes", "venerdì", "vrijdag"),
    ("saturday", "sat", "samstag", "sonnabend", "samedi", "sábado", "sabato", "zaterdag"),
    ("sunday", "sun", "sonntag", "dimanche", "domingo", "domenica", "zondag"),
)
_MONTHS = (
    ("january", "jan", "januar", "jänner", "janvier", "janv", "enero", "gennaio", "januari"),
    ("february", "feb", "febr", "februar", "février", "févr", "febrero", "febbraio", "februari"),
    ("march", "mar", "märz", "mär", "mrz", "mars", "marzo", "maart"),
    ("april", "apr", "avril", "avr", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio", "mei"),
    ("june", "jun", "juni", "juin", "junio", "giugno"),
    ("july", "jul", "juli", "juillet", "juil", "julio", "luglio"),
    ("august", "aug", "août", "agosto", "augustus"),
    ("september", "sep", "sept", "septembre", "septiembre", "settembre"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre"),
    ("november", "nov", "novembre", "noviembre"),
    ("december", "dec", "dezember", "dez", "décembre", "déc", "diciembre", "dicembre"),
)
_END_OF_WEEK = (
    *("end of the week", "end of this week", "end of week", "ende der woche", "wochenende", "fin de semaine"),
    *("la fin de la semaine", "fin de la semana", "fine settimana", "la fine della settimana", "eind van de week"),
)
_END_OF_MONTH = (
    *("end of the month", "end of this month", "end of month", "month end", "month's end", "ende des monats"),
    *("monatsende", "la fin du mois", "fin du mois", "fin de mes", "final de mes", "fine mese", "la fine del mese"),
    "eind van de maand",
)
_UNITS = {
    "hour": ("hour", "hours", "h", "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore", "uur"),
    "day": ("day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días", "giorno", "giorni", "dag", "dagen"),
    "week": ("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "settimana", "settimane"),
}
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "ein", "einer", "einem", "un", "une", "una", "een"), 1),
    **dict.fromkeys(("two", "zwei", "deux", "dos", "due", "twee"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres", "tre", "drie"), 3),
}


def deadline_in(text: str, today: date) -> date | None:
    """The nearest day, from today on, until which something is wanted; None when nothing says so."""
    shown = " ".join(text[:MAX_TEXT_CHARS].casefold().replace("’", "'").split())
    latest = today + timedelta(days=MAX_DAYS_AHEAD)
    return min((each for each in _deadlines(shown, today) if today <= each <= latest), default=None)


def month_named(word: str) -> int:
    """1 to 12, or 0 when it names no month."""
    return next((at for at, words in enumerate(_MONTHS, 1) if word.casefold() in words), 0)


def _deadlines(text: str, today: date) -> Iterator[date]:
    if _at_once().search(text):
        yield today
    for found in _within().finditer(text):
        count = int(found["n"]) if found["n"].isdecimal() else _NUMBERS[found["n"]]
        yield today + _length(count, found["unit"])
    for found in _until().finditer(text):
        day = _day(found, today)
        if day is not None:
            yield day


def _length(count: int, unit: str) -> timedelta:
    if unit in _UNITS["hour"]:
        return timedelta(days=-(-count // HOURS_OF_DAY))
    return timedelta(days=count * (DAYS_OF_WEEK if unit in _UNITS["week"] else 1))


def _day(found: re.Match[str], today: date) -> date | None:
    """The day that a piece of text names."""
    words = found["words"]
    if words is None:
        return _date(found, today)
    for days, said in _RELATIVE.items():
        if words in said:
            return today + timedelta(days=days)
    if words in _END_OF_MONTH:
        return today.replace(day=monthrange(today.year, today.month)[1])
    weekday = FRIDAY if words in _END_OF_WEEK else _place(words, _WEEKDAYS)
    return today + timedelta(days=(weekday - today.weekday()) % DAYS_OF_WEEK)


def _date(found: re.Match[str], today: date) -> date | None:
    """A date in figures or with the name of its month; without a year, the next such day."""
    if found["iso"]:
        return _valid(*map(int, found["iso"].split("-")))
    if found["day"]:
        day, month, year = int(found["day"]), int(found["month"]), found["year"]
        if found["sign"] == "/" and day <= len(_MONTHS) and month <= len(_MONTHS) and day != month:
            return None  # the month may come first
        month, day = (day, month) if month > len(_MONTHS) else (month, day)
    else:
        day, year = int(found["day1"] or found["day2"]), found["year1"] or found["year2"]
        month = month_named(found["name1"] or found["name2"])
    if year:
        return _valid(int(year) + (CENTURY if len(year) == len("26") else 0), month, day)
    this_year = _valid(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _valid(today.year + 1, month, day)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _place(word: str, table: tuple[tuple[str, ...], ...]) -> int:
    return next(number for number, words in enumerate(table) if word in words)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted({*words}, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _until() -> re.Pattern[str]:
    days = [*_END_OF_WEEK, *_END_OF_MONTH, *(word for words in (*_RELATIVE.values(), *_WEEKDAYS) for word in words)]
    months = _any(word for words in _MONTHS for word in words)
    weekday = rf"(?:(?:{_any(word for words in _WEEKDAYS for word in words)}),? )?"
    return re.compile(
        rf"(?<!\w)(?:{_any(_UNTIL)})(?:\:)? (?:{_ARTICLES} ){{0,2}}(?:"
        rf"{weekday}(?:{_ARTICLES} )?(?:(?P<iso>\d{{4}}-\d\d-\d\d)"
        rf"|(?P<day>\d{{1,2}})(?P<sign>[./])(?P<month>\d{{1,2}})(?:(?P=sign)(?P<year>\d{{4}}|\d\d)?)?"
        rf"|(?P<day1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?(?: de| di)? (?P<name1>{months})\.?"
        r"(?:,? (?:de |del )?(?P<year1>\d{4}))?"
        rf"|(?P<name2>{months})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year2>\d{{4}}))?)"
        rf"|(?P<words>{_any(days)}))(?!\w)"
    )


@lru_cache(maxsize=1)
def _within() -> re.Pattern[str]:
    units = _any(word for words in _UNITS.values() for word in words)
    article = r"(?:the|den|die|les|los|le|i|next|nächsten|kommenden|prochains|prochaines|próximos|próximas|prossimi) "
    return re.compile(
        rf"(?<!\w)(?:{_any(_WITHIN)}) (?:{article}){{0,2}}(?P<n>\d{{1,2}}|{_any(_NUMBERS)}) (?P<unit>{units})(?!\w)"
    )


@lru_cache(maxsize=1)
def _at_once() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any(_AT_ONCE)})(?!\w)")
