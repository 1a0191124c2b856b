"""The only module that writes the vault: atomic, durable, never overwriting on a move.

New content goes to a hidden temporary file in the same folder, is flushed, and gets its name by `link` (which never
overwrites) or `rename`; then the folder is flushed. The folder itself is opened without following a symbolic link,
so a folder swapped for one leads nowhere; callers hand in a root that is resolved. File systems without hard links
(exFAT, some shares) get look-then-rename, which the owner can race within microseconds.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import EmployeeError, NotAllowed
from agents.vault.note import Problem
from agents.vault.syncing import SYNCFS, sync_file_systems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MISSING = Problem(0, "the file is not there")
SHARED_MODE = 0o666  # what the umask leaves of it
PRIVATE_MODE = 0o600
CHUNK_BYTES = 1 << 20
_TEMPORARY = re.compile(r"\.ai-employee-[0-9a-f]{16}\.tmp")
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS})
_ANY_SIZE = 1 << 40
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class ChangedMeanwhile(EmployeeError):
    """Somebody wrote the file since it was read; read it again."""


def read_regular(path: Path, max_bytes: int) -> bytes | Problem:
    """The bytes of a regular file with one name; `MISSING` when there is none.

    Follows no link, neither the file's nor its folder's, and never blocks.
    """
    return _read(path, max_bytes, max_names=1)


def read_all(file: int, size: int, max_bytes: int) -> bytes:
    """All bytes, or one more than `max_bytes` of a file that grows. `size`: bytes it had when it was opened."""
    chunks: list[bytes] = []
    left, wanted = max_bytes + 1, size + 1
    while left and (chunk := os.read(file, min(left, wanted, CHUNK_BYTES))):
        chunks.append(chunk)
        left -= len(chunk)
        wanted = max(wanted - len(chunk), 1 << 12)
    return b"".join(chunks)


def write_new(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """A new file; its folders are made. `mode` None leaves it to the umask; exact otherwise.

    Raises:
        FileExistsError: something else has that name; the same bytes there are fine.
        OSError: the disk refused, or the folder is a symbolic link.
    """
    make_folder(path.parent)
    with _opened(path.parent) as folder, _temporary(folder, content, mode) as temporary:
        try:
            _name_new(temporary, path.name, folder, folder)
        except FileExistsError:
            if _read(path, _ANY_SIZE) != content:
                raise
        os.fsync(folder)


def write_new_together(contents: Mapping[Path, bytes]) -> None:
    """Many new files, flushed all at once before the first of them has its name; a name that is taken is left out.

    Raises:
        OSError: the disk refused, or a folder is a symbolic link. Some of them may be there.
    """
    by_folder: dict[Path, dict[str, bytes]] = {}
    for path, content in contents.items():
        by_folder.setdefault(path.parent, {})[path.name] = content
    with ExitStack() as stack:
        written = [_unflushed(stack, folder, files) for folder, files in by_folder.items()]
        if SYNCFS:
            sync_file_systems([descriptor for descriptor, _ in written], SYNCFS)
        for descriptor, names in written:
            for temporary, name in names.items():
                with suppress(FileExistsError):
                    _name_new(temporary, name, descriptor, descriptor)
            os.fsync(descriptor)


def write_over(path: Path, content: bytes, expect: str | None = None, *, mode: int | None = None) -> None:
    """A file with this content, whether there was one or not; its permissions stay unless `mode` says otherwise.

    Raises:
        ChangedMeanwhile: its SHA-256 (hex) is not `expect`, or it is gone; None writes over anything.
        OSError: the disk refused, or the folder is a symbolic link.
    """
    make_folder(path.parent)
    kept = _mode(path) if mode is None else mode
    with _opened(path.parent) as folder, _temporary(folder, content, kept) as temporary:
        if expect is not None and _sha256(path, _ANY_SIZE) != expect:
            raise ChangedMeanwhile(f"{path.name} changed while it was worked on", hint="Run again; it is read anew.")
        os.rename(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


def move_new(source: Path, target: Path, content: bytes | None = None) -> None:
    """Move a file, with `content` instead of its own when given. Doing it again after a crash changes nothing more.

    Raises:
        FileExistsError: something else has the target's name.
        FileNotFoundError: neither of the two is there.
        NotAllowed: the source is no regular file.
        OSError: the disk refused, or a folder is a symbolic link.
    """
    try:
        about = os.lstat(source)
    except FileNotFoundError:
        if os.path.lexists(target):
            return
        raise
    if not stat.S_ISREG(about.st_mode):
        raise NotAllowed(f"{source.name} is no regular file", hint="Delete it from the vault.")
    if content is not None:
        write_new(target, content, mode=stat.S_IMODE(about.st_mode))
    else:
        _give_name(source, target)
    with _opened(source.parent) as folder:
        with suppress(FileNotFoundError):  # renamed where the file system knows no links
            os.unlink(source.name, dir_fd=folder)
        os.fsync(folder)


def end_move(source: Path, target: Path) -> None:
    """Take the old name from one file that a crash amid `move_new` left with both.

    Raises:
        OSError: the disk refused.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        if os.path.samestat(os.lstat(source), os.lstat(target)):
            _unlink(source)


def append(path: Path, content: bytes) -> None:
    """Add bytes at the end, durable when it returns; all of them or none. Makes the file and its folders.

    Raises:
        NotAllowed: it is no regular file, or has several names.
        OSError: the disk refused, or it is a symbolic link.
    """
    make_folder(path.parent)
    with _opened(path.parent) as folder, _closing(os.open(path.name, _APPEND, SHARED_MODE, dir_fd=folder)) as file:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            raise NotAllowed(f"{path.name} is no regular file", hint="Delete it from the vault.")
        try:
            _write_all(file, content)
            os.fsync(file)
        except OSError:
            os.ftruncate(file, about.st_size)
            raise
        if not about.st_size:
            os.fsync(folder)


def remove(path: Path, expect: str, *, flush: bool = True) -> bool:
    """Remove a file whose SHA-256 (hex) is `expect`; a file that changed stays. Whether it is gone.

    Without `flush` the caller flushes the folder afterwards (`flush_folder`).
    """
    found = _sha256(path, _ANY_SIZE)
    if found == expect:
        _unlink(path, flush=flush)
    return found in (expect, MISSING)


def forget_file(path: Path, max_bytes: int, *, flush: bool = True) -> bool:
    """Remove a file as it lies there; a link, a larger file and one that changes meanwhile stay. Whether it is gone."""
    found = _sha256(path, max_bytes)
    return found == MISSING if isinstance(found, Problem) else remove(path, found, flush=flush)


def flush_folder(path: Path) -> None:
    """Make durable which names a folder holds; a folder that is gone needs it no more."""
    with suppress(FileNotFoundError), _opened(path) as folder:
        os.fsync(folder)


def remove_link(path: Path) -> bool:
    """Remove a symbolic link, never its target nor anything else. Whether no link is left."""
    if path.is_symlink():
        _unlink(path)
    return not os.path.lexists(path)


def make_folder(path: Path) -> None:
    """A folder with its parents, durable.

    Raises:
        OSError: the disk refused, or a file has that name.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    with _closing(os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)) as parent:
        os.fsync(parent)


def free_temp_files(root: Path, *, without: str = "") -> int:
    """Remove what a killed or refused write left below the root, before anything else is written; how many there were.

    One may be a second name of a note, which nobody can edit until it is gone. Only the runner may call this, holding
    its lock: nobody else writes then. Folders that are hidden or called `without` are not entered, nor are links.
    """
    removed = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if not each.startswith(".") and each != without]
        for name in filter(_TEMPORARY.fullmatch, names):
            Path(folder, name).unlink()
            removed += 1
    return removed


def _read(path: Path, max_bytes: int, max_names: int | None = None) -> bytes | Problem:
    try:
        with _opened(path.parent) as folder, _closing(os.open(path.name, _READ, dir_fd=folder)) as file:
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode):
                return Problem(0, "it is no regular file")
            if max_names is not None and about.st_nlink > max_names:
                return Problem(0, "the file has several names")
            content = b"" if about.st_size > max_bytes else read_all(file, about.st_size, max_bytes)
    except FileNotFoundError:
        return MISSING
    except OSError as err:
        return Problem(0, "it is a link" if err.errno == errno.ELOOP else f"it cannot be read: {err.strerror}")
    if max(len(content), about.st_size) > max_bytes:
        return Problem(0, f"the file has more than {max_bytes:,} bytes")
    return content


def _write_all(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def _sha256(path: Path, max_bytes: int) -> str | Problem:
    found = read_regular(path, max_bytes)
    return found if isinstance(found, Problem) else hashlib.sha256(found).hexdigest()


def _mode(path: Path) -> int | None:
    """The permissions of a regular file that is there; the owner's private note stays private."""
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return None
    return stat.S_IMODE(about.st_mode) if stat.S_ISREG(about.st_mode) else None


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> AbstractContextManager[int]:
    return _closing(os.open(folder, _FOLDER))


def _unflushed(stack: ExitStack, folder: Path, files: Mapping[str, bytes]) -> tuple[int, dict[str, str]]:
    """The folder, and temporary files in it, durable only after `syncfs`: their names, and those they will have."""
    make_folder(folder)
    descriptor = stack.enter_context(_opened(folder))
    each_alone = SYNCFS is None
    opened = ((_temporary(descriptor, content, None, flush=each_alone), name) for name, content in files.items())
    return descriptor, {stack.enter_context(temporary): name for temporary, name in opened}


@contextmanager
def _temporary(folder: int, content: bytes, mode: int | None, *, flush: bool = True) -> Iterator[str]:
    """A durable file under a name of its own in the folder, gone afterwards unless it was renamed."""
    name = f".ai-employee-{secrets.token_hex(8)}.tmp"
    try:
        with _closing(os.open(name, _CREATE, SHARED_MODE if mode is None else PRIVATE_MODE, dir_fd=folder)) as file:
            if mode is not None:
                os.fchmod(file, mode)
            _write_all(file, content)
            if flush:
                os.fsync(file)
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _give_name(source: Path, target: Path) -> None:
    make_folder(target.parent)
    with _opened(source.parent) as old, _opened(target.parent) as new:
        try:
            _name_new(source.name, target.name, old, new)
        except FileExistsError:
            if not _same(source, target):
                raise
        os.fsync(new)


def _name_new(source: str, target: str, old: int, new: int) -> None:
    """Give the file a name that nothing has; where there are no hard links it loses the old one."""
    try:
        os.link(source, target, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)
    except OSError as err:
        if err.errno not in _NO_LINKS:
            raise
        with suppress(FileNotFoundError):
            os.lstat(target, dir_fd=new)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from err
        os.rename(source, target, src_dir_fd=old, dst_dir_fd=new)


def _same(source: Path, target: Path) -> bool:
    """One file under both names, left by a crash, or two with the same bytes."""
    content = _read(source, _ANY_SIZE)
    return isinstance(content, bytes) and content == _read(target, _ANY_SIZE)


def _unlink(path: Path, *, flush: bool = True) -> None:
    with _opened(path.parent) as folder:
        with suppress(FileNotFoundError):  # the owner was quicker
            os.unlink(path.name, dir_fd=folder)
        if flush:
            os.fsync(folder)
