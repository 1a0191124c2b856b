"""Numbers that lead to a person, found in text from anywhere: phones, bank accounts, cards, ids. Pure, linear in time.

A run of digits is looked at with what stands before it. Dates, amounts and the numbers of invoices and orders stay as
they are; where a label says what a number is, the label is believed and no check digit asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

REGIONS = ("DE", "GB", "FR", "CH", "AT")  # whose numbers are known as they are written at home; the owner's comes first
LABEL_CHARS = 32
MAX_CHUNKS = 64  # of one run; a line with more is a table of numbers and goes as a whole
MAX_CHARS = 60  # of one number with what separates its digits
DAY_CHARS = len("1.1.26")
MAX_WINDOW = 9  # an IBAN in groups of four
PHONE_DIGITS = range(7, 16)  # E.164
LABELLED_DIGITS = range(5, 35)
CARD_DIGITS = range(13, 20)  # ISO/IEC 7812
IBAN_CHARS = range(15, 35)  # ISO 13616
_IBAN_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
LOOKUPS = 200  # of check digits and of the library for phones, and one more for each `CHARS_A_LOOKUP` of text
CHARS_A_LOOKUP = 50

_BLANK = r" \t\u00a0\u2009\u202f\u00ad\u200b-\u200d\u2060"  # also what nobody sees
_SEPARATOR = rf"[{_BLANK}./()\-\u2010-\u2013]"


def _date(name: str) -> str:
    """A pattern for a day as people write it; `name` sets its groups apart from those of another one."""
    month, day = "(?:0?[1-9]|1[0-2])", r"(?:[12]\d|3[01]|0?[1-9])"
    year_first = rf"(?:19|20)\d\d(?P<{name}_a>[./-]){month}(?P={name}_a){day}"
    day_first = rf"{day}(?P<{name}_b>[./-]){month}(?P={name}_b)(?:(?:19|20)\d\d|\d\d)"
    return rf"(?:{year_first}|{day_first})(?!\d|[./-]\d)"


_DAY = re.compile(_date("day"))
# it begins with a set of characters, not with a repetition: only then does `re` look for the next digit quickly
_RUN = re.compile(rf"\d\d*+(?:{_SEPARATOR}{{1,3}}+(?!(?<=[{_BLANK}]){_date('next')})\d++)*")
_NO_DIGITS = re.compile(r"\D+")
_CHUNK = re.compile(rf"[^{_BLANK}]+")
_OPENING = re.compile(r"\(?\+ ?\(?$|\($")
_PHONE_WORDS = r"tel|tele?fono?|telephone|téléphone|phone|mobile?|mobil|handy|cell|fax|telefax|whatsapp|sms|durchwahl"
_ID_WORDS = (
    r"steuer-?(?:id|nr|nummer)|steueridentifikationsnummer|st\.?-?nr|idnr|tax[ -]?id|tin|itin|ssn|bsn|pesel|dni|nie|nif"
    r"|nhs|nino|ahv|oasi|sv-?nr|svnr|sozialversicherungsnummer|social security|passport|reisepass"
    r"|(?:personal)?ausweis|id card|driving licence|driver'?s license|führerschein"
)
_ACCOUNT_WORDS = (
    r"iban|konto|kto|bankkonto|(?:bank )?account|(?:credit |debit )?card|kreditkarten?|karten?|compte|conto"
)
_LABEL = re.compile(
    rf"\b(?:(?P<phone>{_PHONE_WORDS})|(?P<id>{_ID_WORDS})|(?P<account>{_ACCOUNT_WORDS}))"
    r"(?:[ -]?(?:no|nr|num|number|nummer|id))?[.:\s]*(?:(?<=[.:\s])[a-z]{2})?[+(]*$",
    re.IGNORECASE,
)
_LABEL_ENDS = (
    *("tel", "fon", "fono", "phone", "mobil", "mobile", "handy", "cell", "fax", "whatsapp", "sms", "durchwahl"),
    *("id", "no", "nr", "num", "number", "nummer", "tin", "ssn", "bsn", "pesel", "dni", "nie", "nif", "nhs", "ahv"),
    *("oasi", "security", "passport", "reisepass", "ausweis", "card", "licence", "license", "führerschein"),
    *("konto", "kto", "account", "karte", "karten", "compte", "conto"),
)
_REFERENCE = re.compile(
    r"(?:[#№]|[A-Za-z]{2,}[-_/]|\b(?:order|bestell\w*|bestellung|auftrag\w*|invoice|rechnung\w*|inv|ticket|case|ref\w*"
    r"|artikel\w*|item|tracking|sendung\w*|kunden\w*|customer|po|vorgang\w*|no|nr|number|nummer)[\s.:#-]*)$",
    re.IGNORECASE,
)
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}(?:[ \u00a0\u202f\u200b-]?[A-Za-z0-9]){11,30}")
_CARD = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
_CARD_ISSUER = re.compile(r"3[04-9]|[456]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")
_NORTH_AMERICAN = re.compile(r"(?:1[-. ])?\(?[2-9]\d\d(?:\) ?|[-. ])[2-9]\d\d[-. ]\d{4}")
_WITHOUT_TRUNK = frozenset({"ES", "IT", "PL", "PT", "DK", "NO", "CZ", "GR", "LU"})  # no 0 before a number at home
_READABLE = re.compile(  # a decimal; a time, a day or a month to another
    r"0\.\d+|\d\d\.\d\d ?[-\u2013] ?\d\d\.\d\d|\d\d?\.(?:\d\d?\.)? ?[-\u2013] ?\d\d?\.\d\d?\.(?:\d{4})?"
    r"|\d\d[./]\d{4} ?[-\u2013] ?\d\d[./]\d{4}"
)
_IN_GROUPS = re.compile(r"\d{2,4}(?:[ .-]\d{2,4}){2,4}")
_WORD = re.compile(r"[A-Za-z0-9]{8,16}(?![A-Za-z0-9])")
_COUNTRY = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,3})[ -]?$")

# shape, country and module of python-stdnum, which knows the check digits
_WORDS = (
    (re.compile("[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]"), "it", "codicefiscale"),
    (re.compile("[0-9]{8}[A-Z]"), "es", "dni"),
    (re.compile("[XYZ][0-9]{7}[A-Z]"), "es", "nie"),
    (re.compile("CHE[0-9]{9}"), "ch", "uid"),
    (re.compile("GB[0-9]{9,12}"), "gb", "vat"),
    (re.compile("[A-Z]{2}[0-9A-Z]{8,12}"), "eu", "vat"),
)
_NATIONAL_INSURANCE = re.compile("[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]")
_FORMATS = (
    (re.compile(r"\d{3}-\d\d-\d{4}"), "us", "ssn"),
    (re.compile(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d"), "ch", "ssn"),
    (re.compile(r"[12] ?\d\d ?\d\d ?\d\d ?\d{3} ?\d{3} ?\d\d"), "fr", "nir"),
    (re.compile(r"\d\d[. ]?\d\d[. ]?\d\d[- ]?\d{3}[. ]?\d\d"), "be", "nn"),
    (re.compile(r"\d{6}[-+]\d{4}"), "se", "personnummer"),
    (re.compile(r"\d{3}\.\d{3}\.\d{3}-\d\d"), "br", "cpf"),
    (re.compile(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}"), "de", "idnr"),
    (re.compile(r"\d{11}"), "pl", "pesel"),
)


class Span(NamedTuple):
    """A part of a text that must not leave, and what it is."""

    start: int
    end: int
    kind: str


@dataclass(slots=True)
class _Look:
    """One look through a text. When the lookups are used up, what may be such a number counts as one."""

    text: str
    regions: tuple[str, ...]
    lookups: int

    def spans(self) -> Iterator[Span]:
        at = 0
        while run := _RUN.search(self.text, at):
            start, at = run.span()
            day = _DAY.match(self.text, start) if at - start >= DAY_CHARS else None
            if day:
                at = day.end()
            elif self._touches_letter(start, at) and (lettered := self._lettered(start)):
                yield lettered
            elif at - start >= LABELLED_DIGITS.start:
                yield from self._run(start, at)

    def _run(self, start: int, end: int) -> Iterator[Span]:
        if found := self._vat_in_groups(start) or self._number(start, end):
            yield found
            return
        chunks = [each.span() for each in _CHUNK.finditer(self.text, start, end)]
        if len(chunks) > MAX_CHUNKS:
            yield Span(start, end, "number")
        elif len(chunks) > 1:
            yield from self._windows(chunks)

    def _windows(self, chunks: list[tuple[int, int]]) -> Iterator[Span]:
        """Numbers that stand beside each other in one run; the longest that is something counts."""
        at = 0
        while at < len(chunks):
            for last in range(min(at + MAX_WINDOW, len(chunks)) - 1, at - 1, -1):
                if found := self._number(chunks[at][0], chunks[last][1]):
                    yield found
                    at = last
                    break
            at += 1

    def _number(self, start: int, end: int) -> Span | None:
        kind = self._kind(start, end)
        return Span(start - self._opening(start), end, kind) if kind else None

    def _touches_letter(self, start: int, end: int) -> bool:
        """Whether letters stand right before a run or behind it; before a separator they cannot."""
        text = self.text
        return (start > 0 and _is_letter(text[start - 1])) or (end < len(text) and _is_letter(text[end]))

    def _opening(self, start: int) -> int:
        """How many of the characters before a number belong to it: `+`, `(`."""
        found = _OPENING.search(self.text, max(0, start - 4), start)
        return start - found.start() if found else 0

    def _kind(self, start: int, end: int) -> str:
        """What the digits from here to there are; empty = nothing that must not leave."""
        if end - start > MAX_CHARS:
            return ""
        written = self.text[start:end]
        digits = _NO_DIGITS.sub("", written)
        if not digits.isascii():
            digits = "".join(str(int(each)) for each in digits)
        if len(digits) not in LABELLED_DIGITS:
            return ""
        before = self.text[max(0, start - LABEL_CHARS) : start]
        found = _card(written, digits) or _labelled(before) or self._international(before, digits)
        if not found:
            found = self._national(before, written, digits) or _formatted(written)
            found = "" if found and _REFERENCE.search(before) else found
        return found

    def _international(self, before: str, digits: str) -> str:
        if len(digits) not in PHONE_DIGITS:
            return ""
        if before.rstrip("( ").endswith("+"):
            return "phone"
        return "phone" if digits.startswith("00") and self._is_phone(f"+{digits[2:]}", "") else ""

    def _national(self, before: str, written: str, digits: str) -> str:
        if len(digits) not in PHONE_DIGITS:
            return ""
        if digits.startswith("0"):
            if _READABLE.fullmatch(written):
                return ""
            known = any(self._is_phone(digits, region) for region in self.regions)
            return "phone" if known else ""
        opened = f"({written}" if before.endswith("(") else written
        if _NORTH_AMERICAN.fullmatch(opened):
            return "phone" if self._is_phone(digits, "US") else ""
        at_home = self.regions[0]
        in_groups = at_home in _WITHOUT_TRUNK and _IN_GROUPS.fullmatch(written)
        return "phone" if in_groups and self._is_phone(digits, at_home) else ""

    def _is_phone(self, digits: str, region: str) -> bool:
        return self._used_up() or _is_phone_number(digits, region)

    def _is_word_id(self, word: str) -> bool:
        word = word.upper()
        if _NATIONAL_INSURANCE.fullmatch(word):
            return True
        shapes = ((country, module) for shape, country, module in _WORDS if shape.fullmatch(word))
        return any(self._used_up() or _is_valid(country, module, word) for country, module in shapes)

    def _is_iban(self, word: str) -> bool:
        return self._used_up() or is_iban(word.upper())

    def _used_up(self) -> bool:
        self.lookups -= 1
        return self.lookups < 0

    def _lettered(self, start: int) -> Span | None:
        """What begins with letters, or has some after its first digits: IBAN, VAT id, ids of some countries."""
        text = self.text
        begin = start
        while begin > max(0, start - 6) and _is_letter(text[begin - 1]):
            begin -= 1
        if begin and text[begin - 1].isalnum():
            return None
        end = self._iban_end(begin) if start - begin == len("DE") else 0
        if end:
            return Span(begin, end, "iban")
        word = _WORD.match(text, begin)
        return Span(begin, word.end(), "id") if word and self._is_word_id(word[0]) else None

    def _iban_end(self, begin: int) -> int:
        found = _IBAN.match(self.text, begin)
        if not found:
            return 0
        places = [at for at in range(begin, found.end()) if self.text[at].isalnum()]
        for length in reversed(IBAN_CHARS):
            if length <= len(places) and self._is_iban("".join(self.text[at] for at in places[:length])):
                return places[length - 1] + 1
        return 0

    def _vat_in_groups(self, start: int) -> Span | None:
        """`DE 136 695 976`, `CHE-123.456.788`."""
        country = (
            _COUNTRY.search(self.text, max(0, start - 4), start) if start and self.text[start - 1] in " -" else None
        )
        if not country:
            return None
        digits, at = "", start
        while at < len(self.text) and len(digits) < max(CARD_DIGITS) and self.text[at] in "0123456789. ":
            digits += self.text[at].strip(". ")
            at += 1
            if len(digits) in range(8, 13) and self._is_word_id(country[1] + digits):
                return Span(country.start(), at, "id")
        return None


def personal_numbers(text: str, regions: tuple[str, ...] = REGIONS) -> Iterator[Span]:
    """The numbers in the text that lead to a person. `regions` are ISO 3166 codes, the owner's own first."""
    return _Look(text, regions, LOOKUPS + len(text) // CHARS_A_LOOKUP).spans()


def _labelled(before: str) -> str:
    """What the words before a number call it; empty = nothing we know."""
    words = before.rstrip(" .:\t\n+(").lower()
    if not words.endswith(_LABEL_ENDS) and "iban" not in words:  # most have none, and the pattern takes its time
        return ""
    label = _LABEL.search(before)
    return (label.lastgroup or "") if label else ""


def _card(written: str, digits: str) -> str:
    if len(digits) not in CARD_DIGITS or not _CARD.fullmatch(written) or not _CARD_ISSUER.match(digits):
        return ""
    from stdnum import luhn  # noqa: PLC0415 - used rarely

    return "card" if luhn.is_valid(digits) else ""


def _formatted(written: str) -> str:
    for shape, country, module in _FORMATS:
        if shape.fullmatch(written) and _is_valid(country, module, written):
            return "id"
    return ""


def _is_valid(country: str, module: str, number: str) -> bool:
    from stdnum.util import get_cc_module  # noqa: PLC0415 - used rarely

    known = get_cc_module(country, module)
    return known is not None and bool(known.is_valid(number))


def _is_phone_number(digits: str, region: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - heavy, used rarely

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region or None))
    except phonenumbers.NumberParseException:
        return False


def e164(text: str, regions: tuple[str, ...] = REGIONS) -> str:
    """A phone number as E.164 writes it: '+49301234567'. One without a country is taken for the first that knows it.

    Empty for what is no phone number.
    """
    import phonenumbers  # noqa: PLC0415 - heavy, used rarely

    digits = text[:MAX_CHARS]
    for region in regions:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def is_iban(text: str) -> bool:
    """Whether it is an IBAN, in capitals and without blanks. Source: ISO 13616; check digits: ISO 7064, MOD 97-10."""
    if not _IBAN_FORM.fullmatch(text) or int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 != 1:
        return False
    from stdnum import iban  # noqa: PLC0415 - used rarely

    return bool(iban.is_valid(text, check_country=False))


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
