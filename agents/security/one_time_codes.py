"""Codes of an app on the phone that change every thirty seconds: TOTP. Pure, but for drawing a secret.

Source: RFC 6238 over RFC 4226, with SHA-1 and six digits, the only form that every app knows. The window is one step to
each side; what was used, and what is older, never counts again.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import datetime

STEP_S = 30
DIGITS = 6
WINDOW_STEPS = 1
LATE_STEPS = 20  # ten minutes back, to tell a code that came too late from a wrong one; it does not count either
SECRET_BYTES = 20  # RFC 4226, section 4, R6
ISSUER = "AI Employee"
_SEPARATORS = re.compile(r"[\s.\-]+")


def draw_secret() -> str:
    """A new secret, in base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def otpauth_uri(secret: str, account: str) -> str:
    """What an app reads, typed or from a QR code."""
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?secret={secret}&issuer={quote(ISSUER)}"


def code_of(secret: str, counter: int) -> str:
    """The code of one counter. Source: RFC 4226, section 5.3."""
    mac = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_at(moment: datetime) -> int:
    """The step of an aware moment. Source: RFC 6238, section 4.2."""
    return int(moment.timestamp()) // STEP_S


def normalized(text: str) -> str:
    """A code as it was typed, without what people put between digits; empty when it cannot be a code.

    Leading zeros that an editor took away are put back, down to half of the digits.
    """
    digits = _SEPARATORS.sub("", text[:100])
    return (
        digits.zfill(DIGITS) if digits.isascii() and digits.isdigit() and DIGITS // 2 <= len(digits) <= DIGITS else ""
    )


def matching_step(secret: str, code: str, now: datetime, used: int) -> int | None:
    """The step around now whose code this is, if it is newer than the last one used; None when there is none."""
    here = step_at(now)
    steps = range(max(here - WINDOW_STEPS, used + 1), here + WINDOW_STEPS + 1)
    return _found(secret, code, steps)


def came_late(secret: str, code: str, now: datetime) -> bool:
    """Whether the code was a right one a few minutes ago, or is used."""
    here = step_at(now)
    return _found(secret, code, range(here - LATE_STEPS, here + WINDOW_STEPS + 1)) is not None


def _found(secret: str, code: str, steps: range) -> int | None:
    return next((step for step in steps if hmac.compare_digest(code_of(secret, step), code)), None)
