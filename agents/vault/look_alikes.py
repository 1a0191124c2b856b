"""Letters of other alphabets that most fonts draw like a Latin one. Pure.

Source: confusables of UTS #39, as far as they are single letters that a keyboard or a stranger's mail really has.
"""

from __future__ import annotations

import unicodedata

_FOREIGN = "асԁеһіјӏорԛѕԝхуАВСЕНІЈКМОРЅТХУԚԜαονρυκιΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսհոաⅼ"
_DRAWN_LIKE = "acdehijlopqswxyABCEHIJKMOPSTXYQWaovpukiABEZHIKMNOPTYXouhnwl"
_LATIN = str.maketrans(_FOREIGN, _DRAWN_LIKE)
_ONE_STROKE = str.maketrans("i1\N{LATIN SMALL LETTER DOTLESS I}0", "lllo")  # what differs by a dot or less

LOOK_ALIKES = frozenset(_FOREIGN)


def looks(name: str) -> str:
    """What a name looks like at a glance: equal for names that differ by case, accents, blanks, marks or alphabet."""
    letters = unicodedata.normalize("NFKD", name).translate(_LATIN).casefold().translate(_LATIN)
    return "".join(each for each in letters if unicodedata.category(each)[0] in "LN").translate(_ONE_STROKE)


def spelled(name: str) -> str:
    """The name with every character that may pass for another one shown: `⟨U+0410⟩pproved`, `Approved⟨U+0020⟩`."""
    inner = name.strip(" ")
    start = name.index(inner)
    shown = (each if each.isascii() and each.isprintable() else _shown(each) for each in inner)
    return _shown(" ") * start + "".join(shown) + _shown(" ") * (len(name) - start - len(inner))


def _shown(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"
