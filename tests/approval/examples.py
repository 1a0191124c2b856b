"""Orders, drafts and sealed proposals to test with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from agents.approval.decisions import Policy
from agents.approval.proposals import Draft, Seal, seal
from agents.approval.risk import Risk, Tier
from agents.connectors.contract import Action, AttachmentRef, Money
from agents.connectors.email.actions import EmailSend
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit, InvoiceLine
from tests.clock import NOON

if TYPE_CHECKING:
    from agents.durability.proposal_rows import ProposalRow

MODELS: dict[str, type[Action]] = {
    "invoice.create": InvoiceCreate,
    "invoice.credit": InvoiceCredit,
    "email.send": EmailSend,
}
TASK = "2026-11-23-email-7f3a9c21de"
LINE = InvoiceLine(text="consulting", quantity=Decimal(10), unit="h", price=Decimal("95.00"), tax=Decimal(19))
INVOICE = InvoiceCreate(customer="Acme Ltd", email="billing@client.example", lines=(LINE,), currency="EUR", due_days=14)
CREDIT = InvoiceCredit(number="INV-2026-0001", customer="Acme Ltd", total=Decimal("1130.50"), currency="EUR")
MAIL = EmailSend(to="anna@client.example", subject="Invoice", body="Hello,\n\nhere it is.\n\nBest", in_reply_to="<1@x>")
PROVENANCE = {"customer": f"mail:{TASK}", "lines": "rates:7", "tax": "handbook:31", "due_days": "owner"}
POLICY = Policy(7, Money(Decimal(500), "EUR"))
MEDIUM = Risk(Tier.MEDIUM, "an invoice we issue")
HIGH = Risk(Tier.HIGH, "money leaves")

# whatever breaks YAML, markdown, templates or eyes, and what Python and YAML take for something else
NASTY = (
    *("NO", "on", "12:30", "1_000", "1e3", "0x1f", "~", "null", "-", "- x", "? x", ": x", "#", "a: b", "a #b", "[[x]]"),
    *("{{x}}", "<% x %>", "%% x", "```", "````\n```", "~~~", "`" * 12, "---", "...", "&a *a !!t", "|", ">-", "\\", '"'),
    *("'", "\u202eabc", "a\u200bb", "e\u0301" * 3, "x" + "\u0301" * 9, "\ufe0f", "\u2028", "\x85", "\u3164"),
    *("x" * 3000, " lead", "trail ", "a\n", "\na", "a\n\n\nb", "  a\nb", "a\n  b\n", "a \nb", "a\tb\nc", "e\u0301\nb"),
    *("1,2]", "}", "{", "a, b", "@x", "%x", "\u00e4\u20ac\U0001f600", "\U000e0041", "```yaml action\na: b\n```"),
)
WORDS = st.sampled_from(NASTY) | st.text(max_size=60)


def tried(model: type[Action], fields: dict[str, Any]) -> Action | None:
    """The action, or None when the model refuses the fields."""
    try:
        return model.model_validate(fields)
    except ValueError:
        return None


_LINES = st.fixed_dictionaries(
    {
        "text": WORDS,
        "quantity": st.decimals("0.01", 999, places=2),
        "unit": WORDS.map(lambda word: word[:20]),
        "price": st.decimals("0.01", 9999, places=2),
        "tax": st.sampled_from([Decimal(0), Decimal(7), Decimal("19.5")]),
    }
)
_FIELDS: tuple[tuple[type[Action], dict[str, st.SearchStrategy[Any]]], ...] = (
    (
        InvoiceCreate,
        {
            "customer": WORDS,
            "email": WORDS,
            "lines": st.lists(_LINES, min_size=1, max_size=3),
            "currency": st.sampled_from(["EUR", "CHF"]),
            "due_days": st.integers(0, 365),
        },
    ),
    (
        InvoiceCredit,
        {
            "number": st.just("INV-2026-0001"),
            "reason": WORDS,
            "customer": WORDS,
            "total": st.decimals("0.01", 99999, places=2),
            "currency": st.just("EUR"),
        },
    ),
    (
        EmailSend,
        {
            "to": st.just("anna@client.example"),
            "subject": WORDS,
            "body": st.lists(WORDS, max_size=6).map("\n".join),
            "in_reply_to": st.sampled_from(["", "<1@client.example>"]),
            "attachments": st.lists(
                st.builds(lambda name: {"name": f"a {name[:40]}", "sha256": "0" * 64}, WORDS), max_size=2
            ),
        },
    ),
)


def _made(model: type[Action], fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Action]:
    drawn = st.fixed_dictionaries(fields).map(lambda values: tried(model, values))
    return drawn.filter(lambda made: made is not None).map(lambda made: made or INVOICE)


ACTIONS = st.one_of([_made(model, fields) for model, fields in _FIELDS])


def draft(action: Action = INVOICE) -> Draft:
    """A draft as a brain makes it."""
    quote, rule = "please invoice us", "invoice-request"
    return Draft(TASK, "invoice", action, PROVENANCE, quote, rule, "playbook")


def sealed(what: Draft | Action = INVOICE, risk: Risk = MEDIUM) -> ProposalRow:
    """A sealed proposal of noon that waits for seven days."""
    return seal(what if isinstance(what, Draft) else draft(what), Seal(NOON, 7, risk, 1, "j1"))


def attached(*digests: str) -> EmailSend:
    """A mail with sealed files."""
    files = tuple(AttachmentRef(name=f"inv-{at}.pdf", sha256=digest) for at, digest in enumerate(digests))
    return MAIL.model_copy(update={"attachments": files})
