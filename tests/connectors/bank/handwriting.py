"""How people, their banks and payment services write the number of an invoice and the name of a firm."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulation.dice import Dice

STYLES = ("clean", "spaced", "lower", "glued", "bare", "tail", "typo", "split", "none")
LEAD_INS = ("", "", "Rechnung ", "Invoice ", "Payment ", "Rg. ", "Re.Nr. ", "Zahlung ", "paiement facture ", "betr. ")
ASIDES = ("", "", "", " danke", " thank you", " KdNr 10023", " 2. Quartal", " /PO 88123", " Tel 030 5557788", " merci!")
NO_REFERENCE = ("", "Rechnung", "Zahlung", "payment", "Website", "Januar", "your services", "wie besprochen", "invoice")


def written(number: str, style: str, dice: Dice) -> str:
    """The number of an invoice such as INV-2026-0017 in somebody's hand; empty when they do not write it."""
    head, year, serial = number.split("-")
    cut = 1 + dice.below(len(serial) - 1)
    forms = {
        "clean": number,
        "spaced": f"{head} {year} {int(serial)}",
        "lower": number.lower(),
        "glued": f"{head}{year}{serial}",
        "bare": f"{year}-{serial}",
        "tail": serial if dice.chance(60) else str(int(serial)),
        "typo": mistyped(number, dice),
        "split": f"{head}-{year}-{serial[:cut]} {serial[cut:]}",
        "none": "",
    }
    return forms[style]


def mistyped(number: str, dice: Dice) -> str:
    """One slip of a finger: a digit doubled, lost, wrong, or two of them the wrong way round."""
    at = 4 + dice.below(len(number) - 5)
    before, here, after = number[:at], number[at], number[at + 1 :]
    slips = (before + here + here + after, before + after, before + str(dice.below(10)) + after)
    return dice.pick((*slips, before + after[:1] + here + after[1:]))


def remark(numbers: Sequence[str], style: str, dice: Dice) -> str:
    """What stands in the text of a transfer for these invoices."""
    if style == "none":
        return dice.pick(NO_REFERENCE)
    names = [written(each, style, dice) for each in numbers]
    text = dice.pick(LEAD_INS) + dice.pick((", ", " + ", " / ", " und ", " ")).join(names) + dice.pick(ASIDES)
    return text.upper() if dice.chance(15) else text


def name_at_the_bank(name: str, dice: Dice) -> str:
    """The name of a firm as its bank sends it."""
    how = dice.weighted({"same": 50, "upper": 20, "plain": 10, "cut": 7, "short": 10, "turned": 3})
    plain = name.translate({ord(a): b for a, b in zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)})
    words = name.split()
    forms = {
        "same": name,
        "upper": plain.upper(),
        "plain": "".join(each for each in unicodedata.normalize("NFKD", plain) if each.isascii()),
        "cut": name[:20].strip(),
        "short": " ".join(words[:-1]) if len(words) > 1 else name,
        "turned": " ".join([*words[1:], words[0]]),
    }
    return forms[how]
