"""Prints an invoice or a credit note as PDF.

The same paper and letterhead give the same bytes: the creation date is the paper's date and the fonts are ours. The
address stands where the window of a DIN 5008 envelope shows it. Units are millimetres.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from agents.connectors.ledger.e_invoice import FILE_NAME, invoice_xml, xmp_of
from agents.connectors.ledger.invoice_words import words_of
from agents.connectors.ledger.logo import printed_mm
from agents.connectors.ledger.payment_code import payment_code
from agents.connectors.ledger.pdf_sheet import ACCENT, INK, LEFT, MUTED, RIGHT, TINT, WHITE, WIDTH, Sheet, Style
from agents.connectors.sepa import spaced

if TYPE_CHECKING:
    from agents.connectors.ledger.paper import Paper, PaperLine
    from agents.connectors.ledger.payment_code import Modules
    from agents.connectors.ledger.pdf_sheet import Colour
    from agents.connectors.letterhead import Letterhead

ADDRESS_TOP = 53.0
TITLE_TOP = 92.0
NEXT_PAGE_TOP = 32.0
BODY_END = 263.0
FOOT_TOP = 267.0
ROW_PADDING = 1.9
GAP = 3.0
COLUMN_WIDTHS = (12.0, 68.0, 24.0, 23.0, 13.0, 26.0)
SUMS_LEFT, SUMS_WIDTH = 104.0, 84.0
LOGO_TOP = 12.0
LIGHT = 500  # of 765: red, green and blue together
CODE_MM = 33.0  # with the quiet zone of four modules

BODY = Style()
RIGHT_BODY = Style(align="R")
STRONG = Style(bold=True)
QUIET = Style(colour=MUTED)
SMALL = Style(size=7.5, colour=MUTED)
CAPTION = Style(size=7.5, colour=MUTED, align="C")
CONTACT = Style(size=8.5, colour=MUTED, align="R")


def render_pdf(paper: Paper, letterhead: Letterhead, logo: bytes | None = None) -> bytes:
    """The bytes of the document. `logo` is a PNG, printed instead of the company's name at the top.

    Raises:
        NotAllowed: a name or text has letters that the font cannot print.
        NeedsOwner: it is to be an e-invoice, and the handbook does not say all that one must hold.
    """
    with closing(_InvoiceSheet(paper, letterhead, logo)) as page:
        page.add_page()
        page.draw_head()
        page.draw_table()
        page.draw_sums()
        page.draw_terms()
        if letterhead.e_invoice:
            page.carry_data()
        return bytes(page.output())


class _InvoiceSheet(Sheet):
    """The document while it is drawn, from top to bottom."""

    def __init__(self, paper: Paper, letterhead: Letterhead, logo: bytes | None) -> None:
        super().__init__(for_archives=letterhead.e_invoice)
        self._paper, self._ours, self._words = paper, letterhead, words_of(letterhead.language, letterhead.words)
        self._logo = logo
        self._accent = _colour(letterhead.accent_colour) if letterhead.accent_colour else ACCENT
        is_light = sum(self._accent) > LIGHT  # white on it, or itself on white, could not be read
        self._strong, self._on_accent = (INK, INK) if is_light else (self._accent, WHITE)
        kind = self._words.credit_note if paper.credits else self._words.invoice
        self._name = f"{kind} {paper.number}"
        self.set_title(self._name)
        self.set_author(letterhead.company)
        self.set_lang(letterhead.language)
        self.set_creation_date(datetime.combine(paper.day, time(), UTC))

    def header(self) -> None:
        """The coloured edge; on later pages also who and what. fpdf calls it for each page."""
        self.fill((0, 0, 210, 3), self._accent)
        if self.page_no() > 1:
            self.put(LEFT, 15, 100, self._ours.company, Style(size=10, bold=True, colour=self._strong))
            self.put(LEFT, 15, WIDTH, self._name, Style(colour=MUTED, align="R"))
            self.rule(21.5)
        self.set_y(NEXT_PAGE_TOP)

    def footer(self) -> None:
        """Who we are in three columns, and the page. fpdf calls it for each page."""
        ours, words = self._ours, self._words
        self.rule(FOOT_TOP)
        tax = f"{words.tax_id} {ours.tax_id}" if ours.tax_id else ""
        account = (f"IBAN {spaced(ours.iban)}" if ours.iban else "", f"BIC {ours.bic}" if ours.bic else "")
        columns = ((ours.company, *_address(ours)), (ours.email, ours.phone, ours.web), (tax, ours.bank, *account))
        for at, column in enumerate(columns):
            for row, text in enumerate(filter(None, column)):
                self.put(LEFT + at * 57, FOOT_TOP + 2.4 + row * 3.7, 53, text, SMALL)
        self.put(LEFT, 284.2, WIDTH, ours.footer, SMALL)
        page = words.page.format(page=self.page_no(), pages=self.str_alias_nb_pages)
        self.put(LEFT, 288, WIDTH, page, SMALL)  # not to the right: fpdf fills in the number of pages afterwards

    def draw_head(self) -> None:
        """Letterhead, customer, the facts at the right, and the title."""
        ours, paper = self._ours, self._paper
        if self._logo:
            width, height = printed_mm(self._logo)
            self.image(BytesIO(self._logo), LEFT, LOGO_TOP, width, height)
        else:
            self.put(LEFT, 16, 105, ours.company, Style(size=19, bold=True, colour=self._strong))
        contact = (ours.company if self._logo else "", ours.owner, *_address(ours), ours.email, ours.phone, ours.web)
        for row, text in enumerate(filter(None, contact)):
            self.put(128, 15.5 + row * 4.3, RIGHT - 128, text, CONTACT)
        sender = (ours.company, *_address(ours)) if _address(ours) else ()
        self.put(LEFT, ADDRESS_TOP - 6.5, 85, " · ".join(sender), Style(size=7, colour=MUTED))
        self.put_block(LEFT, ADDRESS_TOP, 85, paper.customer, Style(size=10.5, bold=True))
        self.put_block(LEFT, self.get_y() + 0.6, 85, paper.email, BODY)
        title_top = max(TITLE_TOP, self.get_y() + 8)
        self._draw_facts()
        self.put(LEFT, title_top, WIDTH, self._name, Style(size=17, bold=True))
        self.set_y(title_top + 14)
        if ours.opening and not paper.credits:
            self.put_block(LEFT, title_top + 12, WIDTH, ours.opening, BODY)
            self.set_y(self.get_y() + 5)

    def draw_table(self) -> None:
        """Every line; its heading is repeated on each page."""
        self._draw_table_heading()
        for at, line in enumerate(self._paper.lines, 1):
            height = self.block_mm(_text_width(line), line.text, BODY) + 2 * ROW_PADDING
            if self.get_y() + height > BODY_END:
                self.add_page()
                self._draw_table_heading()
            self._draw_line(at, line, height)

    def draw_sums(self) -> None:
        """Net, VAT per rate, and the total; never torn from each other."""
        paper, words = self._paper, self._words
        rows = [(words.net, paper.totals.net)] if paper.totals.vat else []
        for each in paper.totals.rates if rows else ():
            label = words.vat.format(rate=words.number(each.rate), net=words.amount(each.net))
            rows.append((label, each.vat))
        self._keep_together(len(rows) * 6 + 17)
        y = self.get_y() + 4
        for label, amount in rows:
            self.put(SUMS_LEFT, y, SUMS_WIDTH - 32, label, QUIET)
            self.put(RIGHT - 40, y, 38, words.amount(amount, paper.currency), RIGHT_BODY)
            y += 6
        y += 1.5
        self.fill((SUMS_LEFT - 3, y, SUMS_WIDTH + 3, 10), self._accent)
        colour = self._on_accent
        strong = Style(size=11.5, bold=True, colour=colour)
        self.put(SUMS_LEFT, y + 2.2, 34, words.credit_total if paper.credits else words.total, strong)
        total = words.amount(paper.totals.gross, paper.currency)
        self.put(
            SUMS_LEFT + 34, y + 2.2, SUMS_WIDTH - 36, total, Style(11.5, bold=True, colour=self._on_accent, align="R")
        )
        self.set_y(y + 17)

    def draw_terms(self) -> None:
        """How to pay, or what the credit note does; the owner's own sentence; thanks."""
        paper, words = self._paper, self._words
        rows = [] if paper.credits else self._account()
        code = payment_code(paper, self._ours)
        text_width = WIDTH - 12 - (CODE_MM + 6 if code else 0)
        text_mm = self.block_mm(text_width, self._terms(), BODY)
        box_mm = max(15 + text_mm + len(rows) * 5.4, CODE_MM + 15 if code else 0)
        note_mm = self.block_mm(WIDTH, self._ours.note, BODY) + 2 if self._ours.note else 0
        closing_mm = self.block_mm(WIDTH, self._ours.closing or words.thanks, BODY)
        self._keep_together(box_mm + note_mm + closing_mm + 6)
        top = self.get_y()
        self.fill((LEFT, top, WIDTH, box_mm), TINT)
        self.fill((LEFT, top, 1.2, box_mm), self._accent)
        heading = words.credit_heading if paper.credits else words.pay_heading
        self.put(LEFT + 6, top + 4, text_width, heading, Style(size=10.5, bold=True, colour=self._strong))
        self.put_block(LEFT + 6, top + 10, text_width, self._terms(), BODY)
        y = top + 12 + text_mm
        for label, value in rows:
            self.put(LEFT + 6, y, 34, label, QUIET)
            self.put(LEFT + 42, y, text_width - 36, value, STRONG)
            y += 5.4
        if code:
            self._draw_code(top + (box_mm - CODE_MM - 6) / 2, code)
        self.set_y(top + box_mm + 6)
        if self._ours.note:
            self.put_block(LEFT, self.get_y(), WIDTH, self._ours.note, BODY)
            self.set_y(self.get_y() + 2)
        if not paper.credits:
            self.put_block(LEFT, self.get_y(), WIDTH, self._ours.closing or words.thanks, BODY)

    def carry_data(self) -> None:
        """The same as XML inside the PDF."""
        paper = self._paper
        at = datetime.combine(paper.day, time(), UTC)
        data = invoice_xml(paper, self._ours, self._terms())
        self.embed_file(
            bytes=data,
            basename=FILE_NAME,
            mime_type="text/xml",
            modification_date=at,
            creation_date=at,
            associated_file_relationship="Alternative",
            desc=self._name,
            compress=True,
        )
        self.set_xmp_metadata(xmp_of(self._name, self._ours.company, paper.day))

    def _draw_code(self, top: float, code: Modules) -> None:
        """The code at the right of the box, with what it is for below."""
        left = RIGHT - 5 - CODE_MM
        self.put_code((left, top, CODE_MM), code)
        self.put(left, top + CODE_MM + 1.6, CODE_MM, self._words.scan, CAPTION)

    def _draw_facts(self) -> None:
        paper, words = self._paper, self._words
        facts = [
            (words.credit_number if paper.credits else words.invoice_number, paper.number),
            (words.day_label, words.day(paper.day)),
        ]
        facts += [(words.due_label, words.day(paper.due))] if paper.due else []
        facts += [(words.cancels_label, paper.credits)] if paper.credits else []
        for row, (label, value) in enumerate(facts):
            y = ADDRESS_TOP + row * 6
            self.put(122, y, 32, label, QUIET)
            self.put(150, y, RIGHT - 150, value, Style(bold=True, align="R"))

    def _draw_table_heading(self) -> None:
        top = self.get_y()
        self.fill((LEFT, top, WIDTH, 8), TINT)
        at, text, quantity, price, tax, amount = self._words.columns
        counted = (quantity, price) if not self._paper.credits else ("", "")
        headings = (at, text, *counted, tax, f"{amount} {self._paper.currency}")
        self._draw_cells(top + 2, headings, Style(size=8.5, bold=True, colour=MUTED))
        self.set_y(top + 8)

    def _draw_line(self, at: int, line: PaperLine, height: float) -> None:
        words, top = self._words, self.get_y()
        quantity = "" if line.quantity is None else f"{words.number(line.quantity)} {line.unit}"
        price = "" if line.price is None else words.amount(line.price)
        self.put_block(LEFT + COLUMN_WIDTHS[0], top + ROW_PADDING, _text_width(line), line.text, BODY)
        cells = (str(at), "", quantity.strip(), price, f"{words.number(line.tax)} %", words.amount(line.net))
        self._draw_cells(top + ROW_PADDING, cells, BODY)
        self.rule(top + height)
        self.set_y(top + height)

    def _draw_cells(self, y: float, cells: tuple[str, ...], style: Style) -> None:
        x = LEFT
        for at, (width, text) in enumerate(zip(COLUMN_WIDTHS, cells, strict=True)):
            if at <= 1:
                self.put(x + (2 if at == 0 else 0), y, width - GAP, text, style)
            else:
                to_right = Style(style.size, bold=style.bold, colour=style.colour, align="R")
                self.put(x + 1, y, width - (3 if at == len(cells) - 1 else 1), text, to_right)
            x += width

    def _keep_together(self, height: float) -> None:
        if self.get_y() + height > BODY_END:
            self.add_page()

    def _terms(self) -> str:
        paper, words = self._paper, self._words
        amount = words.amount(paper.totals.gross, paper.currency)
        if paper.due is None:
            if paper.left is None:
                text = words.credit_text.format(number=paper.credits)
            else:
                left = words.amount(paper.left, paper.currency)
                text = words.credit_part.format(number=paper.credits, amount=amount, left=left)
            return f"{text}\n{words.reason.format(reason=paper.reason)}" if paper.reason else text
        pay = words.pay if paper.due > paper.day else words.pay_now
        return pay.format(amount=amount, due=words.day(paper.due), number=paper.number)

    def _account(self) -> list[tuple[str, str]]:
        ours, words = self._ours, self._words
        if not ours.iban:
            return []
        rows = [(words.holder, ours.company), ("IBAN", spaced(ours.iban)), ("BIC", ours.bic), (words.bank, ours.bank)]
        return [(label, value) for label, value in (*rows, (words.reference, self._paper.number)) if value]


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def _address(ours: Letterhead) -> tuple[str, ...]:
    return tuple(filter(None, (ours.street, ", ".join(filter(None, (ours.city, ours.country))))))


def _text_width(line: PaperLine) -> float:
    """A line without quantity and price may use their room."""
    return sum(COLUMN_WIDTHS[1 : 2 if line.price is not None else 4]) - GAP
