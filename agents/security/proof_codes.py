"""Codes of a printed list: each proves once that it is the owner who says yes.

Kept only as digests that are slow to try out, so neither the state folder nor a backup of it holds a code that works.
Source: "look-up secrets", NIST SP 800-63B; scrypt as in RFC 7914.
"""

from __future__ import annotations

import hashlib
import re
import secrets

CODES = 24  # on one list
DIGITS = 8
SALT_BYTES = 16
WORK = 2**14  # scrypt's n: about 50 ms and 16 MB for each try
_LOWEST = 10 ** (DIGITS - 1)  # no leading zero: Obsidian may take a code for a number
_CODE = re.compile(rf"[1-9][0-9]{{{DIGITS - 1}}}")
_SEPARATORS = re.compile(r"[\s.\-]+")


def draw_codes() -> tuple[str, ...]:
    """The codes of a new list: digits only, all different."""
    codes: dict[str, None] = {}
    while len(codes) < CODES:
        codes[str(_LOWEST + secrets.randbelow(9 * _LOWEST))] = None
    return tuple(codes)


def draw_salt() -> str:
    """The salt of a new list, in hex."""
    return secrets.token_hex(SALT_BYTES)


def normalized(text: str) -> str:
    """A code as it was typed, without what people put between digits; empty when it cannot be a code."""
    digits = _SEPARATORS.sub("", text[:100])
    return digits if _CODE.fullmatch(digits) else ""


def digest_of(code: str, salt: str) -> str:
    """What is kept of a code; slow to try out (`WORK`)."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=WORK, r=8, p=1, dklen=32).hex()


def shown(code: str) -> str:
    """A code as a list shows it: `4821 7730`."""
    half = DIGITS // 2
    return f"{code[:half]} {code[half:]}"
