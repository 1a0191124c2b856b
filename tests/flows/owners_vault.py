"""The vault of an owner who had one before us: thousands of notes, plugins, and a repository with work in it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from tests.flows.employee import mail, request
from tests.stock_git import git

MARKER = "private-marker-4711"
AS_OWNER = ("-c", "user.name=Robin", "-c", "user.email=robin@studio.example")
NOTES_PER_FOLDER = 25
HOOK = "#!/bin/sh\ntouch planted-by-hook\n"
NAMED_LIKE_OURS = {
    "Inbox/Ideas.md": "# Ideas\n",
    "Inbox/letter.eml": mail(request(), number=99),
    "Approved/2026-11-23-invoice-create-0123456789.md": (
        "---\nid: 2026-11-23-invoice-create-0123456789\naction: invoice.create\ndecision: approve\n---\n# Mine\n"
    ),
    "Pending_Approval/2026-11-23-email-send-0123456789.md": "---\napprove: true\n---\n# Mine too\n",
    "Done/2026-11/holiday.md": "# Packed\n",
    "Logs/2026-11-23.jsonl": '{"seq":1}\n',
    "Health/vault.md": "---\nweight: 80\n---\n# Vaulting, my sport\n",
    "Health/runner.md": "# Running\n",
    "AI Employee/Essay.md": "# The AI employee, an essay\n",
    "Accounting/main.beancount": "; mine\n",
    "Dashboard.md": "# My dashboard\n",
    "Company_Handbook.md": "# Handbook of my employer\n",
    "Ask.md": "## Ask\n\nInvoice Harbour Bakery for 2 hours of design\n",
    "STOP.md": "# Stop smoking\n",
}
PLUGINS = {
    ".obsidian/app.json": '{"alwaysUpdateLinks": true}\n',
    ".obsidian/community-plugins.json": '["obsidian-git", "obsidian-linter", "templater-obsidian"]\n',
    ".obsidian/plugins/obsidian-git/data.json": '{"autoSaveInterval": 5}\n',
    ".obsidian/plugins/obsidian-linter/data.json": '{"lintOnSave": true}\n',
    ".obsidian/plugins/templater-obsidian/data.json": '{"trigger_on_file_creation": false}\n',
    ".obsidian/workspace.json": '{"active": "Ideas"}\n',
}


@dataclass(frozen=True)
class OwnersVault:
    """A folder of the owner's."""

    root: Path

    @classmethod
    def make(cls, root: Path, notes: int = 50) -> OwnersVault:
        """So many notes in nested folders, committed; beside them staged, unstaged and untracked changes."""
        vault = cls(root)
        for number in range(notes):
            folder, part = divmod(number // NOTES_PER_FOLDER, 10)
            vault.write(f"Notes/{folder:02d}/{part}/note-{number:04d}.md", f"# Note {number}\n{MARKER}\n")
        for path, text in {**PLUGINS, **NAMED_LIKE_OURS, ".gitignore": ".obsidian/workspace*\n"}.items():
            vault.write(path, text)
        vault.git("init", "--quiet", "--initial-branch=main")
        vault.commit("Begin")
        vault.write("Diary.md", f"# Diary\n{MARKER}\n")
        vault.commit("Write a diary")
        vault.git("branch", "attic", "HEAD~1")
        vault.git(*AS_OWNER, "tag", "--annotate", "v1", "--message", "One")
        vault._work_on()
        return vault

    def commit(self, message: str) -> None:
        """Stage and commit everything there is."""
        self.git("add", "--all")
        self.git(*AS_OWNER, "commit", "--quiet", "--message", message)

    def _work_on(self) -> None:
        """Leave the repository in the middle of something."""
        self.write("Notes/00/0/note-0001.md", "staged\n")
        self.write("New.md", "staged too\n")
        self.git("add", "Notes/00/0/note-0001.md", "New.md")
        self.write("Notes/00/0/note-0002.md", "not staged\n")
        (self.root / "Notes/00/0/note-0003.md").unlink()
        self.write("Untracked.md", "not tracked\n")
        (self.root / "Link.md").symlink_to("Diary.md")
        for name in ("post-index-change", "pre-commit", "post-commit", "reference-transaction"):
            self.write(f".git/hooks/{name}", HOOK)
            (self.root / ".git/hooks" / name).chmod(0o755)

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def git(self, *words: str) -> str:
        """Stock git in the owner's repository; looking changes nothing, not even the index's stat data."""
        return git(self.root, "--no-optional-locks", *words)

    def status(self) -> list[str]:
        return self.git("status", "--porcelain").splitlines()

    def everything(self, *, but: str) -> dict[str, str]:
        """What every file, folder and link holds, `.git` too, outside one folder of the root."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            if Path(folder) == self.root and but in folders:
                folders.remove(but)
            for name in [*folders, *names]:
                path = Path(folder) / name
                found[path.relative_to(self.root).as_posix()] = _what(path)
        return found


def _what(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"link to {path.readlink()}"
    if stat.S_ISDIR(mode):
        return f"folder {mode:o}"
    return f"file {mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
