"""The notes about how banks write their CSV files, as they lie in the vault and as we write them first.

They are the owner's: a broken one is told, and never passed over for what a file seems to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_profile import KIND, Profile, profile_text, properties_of, read_profile
from agents.security.personal_numbers import is_iban
from agents.vault.files import read_regular
from agents.vault.layout import BANKS
from agents.vault.neutralize import property_text
from agents.vault.note import MAX_NOTE_BYTES, Problem, decode_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOWN_DIGEST = 8
MAX_SLUG_CHARS = 40
_DIGEST = re.compile(r"^digest: *[\"']?([0-9a-f]{16})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A note that cannot be used: `digest` is its heading's, or empty when that cannot be read either."""

    path: str
    line: int
    message: str
    digest: str


@dataclass(frozen=True, slots=True)
class Formats:
    """The profiles by the digest of their heading, where they lie, and what cannot be used."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def fault_of(self, digest: str) -> Fault | None:
        """Why the format of this heading is not known though a note is about it, or may be."""
        about = (each for each in self.faults if each.digest == digest)
        unknown = (each for each in self.faults if not each.digest and digest not in self.profiles)
        return next(chain(about, unknown), None)


def formats_in(root: Path) -> Formats:
    """Every format that is written down in the vault whose resolved folder is `root`."""
    found, faults = Formats(), []
    for path in sorted((root / BANKS).glob("*.md")):
        content = read_regular(path, MAX_NOTE_BYTES)
        text = decode_note(content) if isinstance(content, bytes) else content
        profile = text if isinstance(text, Problem) else read_profile(text)
        name = path.relative_to(root).as_posix()
        if isinstance(profile, Problem):
            words = text if isinstance(text, str) else ""
            digest = _DIGEST.search(words)
            if digest or KIND in words or not words:
                faults.append(Fault(name, profile.line, profile.message, digest[1] if digest else ""))
        elif (twin := found.paths.get(profile.digest)) is not None:
            faults.append(Fault(name, 1, f"{twin} is about the same heading; keep one of them", profile.digest))
        else:
            found.profiles[profile.digest], found.paths[profile.digest] = profile, name
    return Formats(found.profiles, found.paths, tuple(faults))


def operation_for(profile: Profile, formats: Formats) -> Operation | None:
    """What writes a format down: a new note, or what the note does not say yet; None when nothing is to be written.

    A heading that would be more than words in a note is not kept: it is asked about each time.
    """
    known = formats.profiles.get(profile.digest)
    if known is not None:
        edits = tuple(_additions(known, profile))
        return Operation("edit", formats.paths[profile.digest], edits=edits) if edits else None
    text = profile_text(profile)
    is_plain = all(property_text(each) == each for each in (*profile.heading, profile.account))
    return (
        Operation("create", _path(profile), text=text)
        if is_plain and not isinstance(read_profile(text), Problem)
        else None
    )


def _additions(known: Profile, profile: Profile) -> Iterator[EditText]:
    before = properties_of(known)
    for name, value in properties_of(profile).items():
        if isinstance(value, str) and value and not before[name]:
            yield EditText("default", value, name)


def _path(profile: Profile) -> str:
    slug = "" if is_iban(profile.account) else re.sub("[^a-z0-9]+", "-", profile.account.casefold()).strip("-")
    return f"{BANKS}/{slug[:MAX_SLUG_CHARS].strip('-') or 'bank'}-{profile.digest[:SHOWN_DIGEST]}.md"
