"""The PDF of an invoice as Odoo prints it: made once there, and kept in the vault. No mail is sent.

Since 18 the wizard can be called with a key alone; before, it takes a session with the password. Source: ADR 0070.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from agents.connectors.contract import Document, sha256_hex
from agents.connectors.odoo.calls import LATER, Refused
from agents.connectors.odoo.documents import MOVE, POSTED
from agents.connectors.odoo.records import number_of, reference, text
from agents.errors import OutcomeUnknown, Transient
from agents.vault.files import make_folder, read_regular, write_new

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

FOLDER = "Accounting/Invoices"
WIZARD, PRINTED = "account.move.send.wizard", "invoice_pdf_report_id"
KINDS = ("out_invoice", "out_refund")
MAX_PDF_BYTES = 20_000_000
PDF = b"%PDF-"
_OTHER = re.compile(r"[^A-Za-z0-9.-]+")


class Papers:
    """The PDFs of one Odoo in the vault `root`."""

    def __init__(self, records: Records, root: Path) -> None:
        self._records = records
        self._root = root

    def kept(self, name: str) -> Document | str:
        """The paper of the posted invoice or credit note of this name, in the vault; or why Odoo makes none.

        Raises:
            Transient: Odoo does not answer, or the disk refused; to be asked again, it is printed once.
        """
        try:
            row = self._row(name)
            content = self._printed(row)
        except Refused as err:
            return err.said
        except OutcomeUnknown as err:  # printing again prints nothing new
            raise Transient(str(err), hint=LATER) from err
        if isinstance(content, str):
            return content
        return self._in_vault(name, f"{FOLDER}/{text(row['invoice_date'])[:4]}", content)

    def _row(self, name: str) -> Mapping[str, JsonValue]:
        domain: list[JsonValue] = [["name", "=", name], ["state", "=", POSTED], ["move_type", "in", [*KINDS]]]
        rows = self._records.search(MOVE, domain, [PRINTED, "invoice_date"])
        if len(rows) != 1:
            raise Transient(f"Odoo shows {len(rows)} documents named {name}", hint=LATER)
        return rows[0]

    def _printed(self, row: Mapping[str, JsonValue]) -> bytes | str:
        if not (printed := reference(row[PRINTED])):
            number = number_of(row)
            vals: JsonValue = {"move_id": number, "sending_methods": ["manual"]}
            made = self._records.call(WIZARD, "create", {"vals_list": [vals]})
            self._records.do(WIZARD, "action_send_and_print", _numbers(made))
            printed = reference(self._records.read(MOVE, number, [PRINTED])[PRINTED])
        if not printed:
            return "Odoo made none"
        said = text(self._records.read("ir.attachment", printed, ["datas"])["datas"])
        try:
            content = base64.b64decode(said, validate=True)
        except binascii.Error:
            content = b""
        return content if content.startswith(PDF) else "what Odoo made is no PDF"

    def _in_vault(self, name: str, folder: str, content: bytes) -> Document:
        """Write it where nothing lies; where something else does, beside it, by its digest."""
        digest = sha256_hex(content)
        plain = _OTHER.sub("-", name).strip("-.").lower()
        for file in (f"{plain}.pdf", f"{plain}-{digest[:10]}.pdf"):
            path = self._root / folder / file
            try:
                make_folder(path.parent)
                write_new(path, content)
            except FileExistsError:
                if read_regular(path, MAX_PDF_BYTES) != content:
                    continue
            except OSError as err:
                hint = "Free some disk space."
                raise Transient(f"The PDF of {name} could not be written: {err.strerror}", hint=hint) from err
            return Document(file, digest, path.relative_to(self._root).as_posix())
        raise Transient(f"The PDF of {name} has no place in {folder}", hint=f"Look at {plain} there.")


def _numbers(made: JsonValue) -> list[int]:
    return [each for each in (made if isinstance(made, list) else [made]) if isinstance(each, int)]
