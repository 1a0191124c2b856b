"""How far a folder of a mailbox was read, and what of it is new. Pure.

Source: RFC 3501 section 2.3.1.1 (UIDs rise; another UIDVALIDITY makes all of them new).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

MOST_AT_FIRST = 50  # mails of a mailbox that become tasks when it is first looked into
MARGIN = timedelta(days=2)  # searches count days, each server in a time zone of its own
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Position:
    """Every mail up to `uid` was read, but for those in `pending`. `uid_validity`: while the numbers stay the same."""

    uid_validity: int
    uid: int
    pending: tuple[int, ...] = ()

    def after(self, read: Collection[int]) -> Position:
        """The same once these mails were read, in rising order, nothing left out before them."""
        rest = tuple(each for each in self.pending if each not in read)
        return replace(self, uid=max((self.uid, *read)), pending=rest)

    def text(self) -> str:
        """As the journal keeps it."""
        return json.dumps([self.uid_validity, self.uid, *self.pending])


def position_from(text: str) -> Position:
    """The position of `Position.text`."""
    validity, uid, *pending = json.loads(text)
    return Position(int(validity), int(uid), tuple(map(int, pending)))


def place(mailbox: str, folder: str) -> str:
    """What the journal calls a folder of a mailbox."""
    return f"mail\t{mailbox}\t{folder}"


def share(folders: int) -> int:
    """How many mails of each folder become tasks at first."""
    return max(1, MOST_AT_FIRST // folders)


def begun(uid_validity: int, last_uid: int, unread: Sequence[int], most: int) -> Position:
    """Where reading begins: of the unread mails the newest are still to be read, everything else counts as known."""
    wanted = sorted(each for each in unread if each <= last_uid)
    return Position(uid_validity, last_uid, tuple(wanted[-most:]))


def renumbered(uid_validity: int, last_uid: int, recent: Sequence[int]) -> Position:
    """Where reading goes on when all numbers changed: what came of late is looked at again."""
    return Position(uid_validity, last_uid, tuple(sorted(each for each in recent if each <= last_uid)))


def search_day(moment: datetime) -> str:
    """A day as searches name it, whatever the language of this machine."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"


def first_notice(shown: str, days: int, taken: int, left: dict[str, int]) -> str:
    """What the owner is told when a mailbox is first looked into; empty when nothing was left as it is."""
    if not sum(left.values()):
        return ""
    where = " and ".join(f"{count:,} in {folder}" for folder, count in left.items() if count)
    unread = "1 unread mail" if taken == 1 else f"{taken} unread mails"
    become = "becomes a task" if taken == 1 else "become tasks"
    return (
        f"The mailbox of {shown} is read from now on: {unread} of the last {days} days {become}."
        f" What else lies there was left as it is and makes no task: {where}."
        " To have one of those worked on, save it as a file into Inbox."
    )
