"""What may be proposed as a mail, and how the owner sees it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.connectors.contract import AttachmentRef, Row, Stakes, sha256_hex
from agents.connectors.email.actions import MAX_REFERENCES, EmailSend, reply_subject, thread_before
from agents.connectors.email.message import Sender, compose
from agents.connectors.email.reader import Mail, read_mail
from agents.connectors.mail_address import ascii_address, ascii_domain, imitates_latin, readable_domain
from tests.connectors.email.mail_room import KEY, PDF, SEALED, as_read_by_others, invoice_mail

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DIGEST = "0" * 64
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)
BODIES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from("\n\t."), max_size=400)


def mail(**told: object) -> EmailSend:
    return EmailSend.model_validate({"to": "anna@client.example", "subject": "Hello", "body": "Hello", **told})


def test_the_owner_sees_everything_that_will_leave() -> None:
    action = invoice_mail(body="Dear Anna", in_reply_to="<ask-1@client.example>")
    file = action.attachments[0]
    assert action.title() == "Send a mail to anna@client.example: Invoice INV-2026-0001?"
    assert action.rows() == (
        Row("to", "anna@client.example", "to"),
        Row("subject", "Invoice INV-2026-0001", "subject"),
        Row("text", "Dear Anna", "body"),
        Row("answers", "the mail <ask-1@client.example>", "in_reply_to"),
        Row("attachment", f"inv-2026-0001.pdf (SHA-256 {file.sha256})", "attachments"),
    )
    assert (action.recipient(), action.recipient_argument, action.stakes) == (
        "anna@client.example",
        "to",
        Stakes.MESSAGE,
    )
    assert action.sealed_files == (file,)
    assert action.undo().startswith("no")
    assert action.money is None


def test_look_alike_letters_in_the_domain_are_shown_as_what_they_are() -> None:
    action = mail(to="billing@аcme.example")
    assert action.recipient() == "billing@xn--cme-5cd.example"
    assert action.rows()[0].value == "billing@xn--cme-5cd.example (shown elsewhere as аcme.example)"


@pytest.mark.parametrize(
    "told",
    [
        {"to": "anna@client.example\r\nBcc: eve@evil.example"},
        {"to": "anna@client.example, eve@evil.example"},
        {"to": "anna@client.example eve@evil.example"},
        {"to": "Anna <anna@client.example>"},
        {"to": "anna"},
        {"to": ""},
        {"subject": "Hello\nBcc: eve@evil.example"},
        {"subject": "Hello\u2028there"},
        {"subject": "Hello\x00"},
        {"subject": "\ud800"},
        {"subject": "x" * 251},
        {"body": "\x1b[2J"},
        {"body": "\ud800"},
        {"in_reply_to": "<a@b>\r\nBcc: eve@evil.example"},
        {"in_reply_to": "a@b"},
        {"attachments": [AttachmentRef(name="../x.pdf", sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name=".hidden", sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name='a".pdf', sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name="a\n.pdf", sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name="x" * 121, sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name="", sha256=DIGEST)]},
        {"attachments": [AttachmentRef(name="a.pdf", sha256="short")]},
        {"attachments": [AttachmentRef(name="a.pdf", sha256=DIGEST)] * 21},
        {"references": ["no id"]},
        {"references": ["<a@x>\r\nBcc: eve@evil.example"]},
        {"references": ["<a@x>"] * 11},
        {"cc": "eve@evil.example"},
    ],
)
def test_what_could_reach_somebody_else_or_break_a_header_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        mail(**told)


def test_line_ends_of_a_body_are_of_one_kind() -> None:
    assert mail(body="a\r\nb\rc\n").body == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("anna@client.example", "anna@client.example"),
        ("Anna.B+tag@CLIENT.Example", "Anna.B+tag@client.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("anna@münchen.example", "anna@xn--mnchen-3ya.example"),
        ("änna@client.example", None),
        ("a..b@client.example", None),
        (".a@client.example", None),
        ("a" * 65 + "@client.example", None),
        ("a@localhost", None),
        ("a@client.example.", None),
        ("a@-client.example", None),
        ("a@127.0.0.1", None),
        ("a@" + "b." * 130 + "example", None),
        ("a" * 64 + "@" + ("b" * 60 + ".") * 3 + "example", None),
        ("a@" + "ä" * 60 + ".example", None),
        ("a@" + ("ä" * 35 + ".") * 6 + "example", None),
        ("a@cli ent.example", None),
        ("a@cl\u200bient.example", None),
        ("@client.example", None),
    ],
)
def test_an_address_is_one_that_servers_take(written: str, shown: str | None) -> None:
    assert ascii_address(written) == shown


@pytest.mark.parametrize(
    ("domain", "imitates"),
    [
        ("acme.example", False),
        ("münchen.example", False),
        ("пример.example", False),
        ("аcme.example", True),
        ("xn--cme-5cd.example", True),
        ("раураӏ.example", True),
        ("аррӏе.example", True),
        ("acmе.example", True),
        ("xn--\u00fc.example", False),
        ("xn--99999999999.example", False),
    ],
)
def test_a_domain_that_imitates_latin_letters_is_known(domain: str, imitates: bool) -> None:  # noqa: FBT001 - a parameter of a table
    assert imitates_latin(domain) is imitates


@given(st.text(max_size=60))
def test_a_domain_is_ascii_and_stays_what_it_is(domain: str) -> None:
    written = ascii_domain(domain)
    if written is not None:
        assert written.isascii()
        assert ascii_domain(written) == written
        assert ascii_domain(readable_domain(written)) in {written, None}


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Invoice please", "Re: Invoice please"),
        ("Re: RE: AW: Invoice please", "Re: Invoice please"),
        ("Regarding you", "Re: Regarding you"),
        ("", "Re:"),
        ("a\r\nBcc: eve@evil.example", "Re: a  Bcc: eve@evil.example"),
    ],
)
def test_an_answer_has_one_mark(subject: str, answer: str) -> None:
    assert reply_subject(subject) == answer


@given(st.text(max_size=400))
def test_an_answer_to_any_subject_can_be_proposed(subject: str) -> None:
    assert mail(subject=reply_subject(subject)).subject.startswith("Re:")


@given(LINES, BODIES, LINES)
def test_what_leaves_reads_as_it_was_sealed(subject: str, body: str, name: str) -> None:
    action = mail(subject=subject, body=body, in_reply_to="<" + "b" * 200 + "@client.example>")
    content = compose(action, KEY, Sender("owner@studio.example", name), NOON, {})
    assert max(len(line) for line in content.split(b"\r\n")) < 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    read = read_mail(content)
    assert isinstance(read, Mail)
    assert read.subject == " ".join(subject.split())
    assert read.sender_name == " ".join(name.split())[:200]
    assert (read.sender_address, read.to) == ("owner@studio.example", ("anna@client.example",))
    assert read.text.rstrip() == body.rstrip()
    assert (read.message_id, read.in_reply_to) == (f"<{KEY[:32]}@studio.example>", action.in_reply_to)
    assert read.date == NOON
    others = as_read_by_others(content)
    assert len(others.keys()) == len(set(others.keys()))
    assert others["References"].strip() == action.in_reply_to


def test_an_answer_stands_in_the_thread_of_what_it_answers() -> None:
    long = tuple(f"<{number}-{'x' * 200}@client.example>" for number in range(MAX_REFERENCES))
    action = mail(in_reply_to="<ask-9@client.example>", references=long)
    content = compose(action, KEY, Sender("owner@studio.example"), NOON, {})
    assert max(map(len, content.split(b"\r\n"))) < 998
    assert as_read_by_others(content)["References"].split() == [*long, "<ask-9@client.example>"]
    read = read_mail(content)
    assert isinstance(read, Mail)
    assert read.answers == ("<ask-9@client.example>", *reversed(long))
    assert Row("thread", "goes on, after 10 earlier mails", "references") in action.rows()


def test_an_answer_without_a_thread_is_sealed_as_it_always_was() -> None:
    assert b"references" not in mail().canonical()
    assert EmailSend.model_validate_json(mail().canonical()) == mail()
    threaded = mail(references=["<ask-1@client.example>"])
    assert EmailSend.model_validate_json(threaded.canonical()) == threaded


@pytest.mark.parametrize(
    ("answers", "before"),
    [
        ((), ()),
        (("<b@x>", "<a@x>"), ("<a@x>", "<b@x>")),
        (("<b@x>", "<ask@x>", "<a@x>"), ("<a@x>", "<b@x>")),
        (("<b@x>", "no id", "<a@x>"), ("<a@x>", "<b@x>")),
        (tuple(f"<{n}@x>" for n in range(20)), ("<19@x>", *(f"<{n}@x>" for n in range(8, -1, -1)))),
    ],
)
def test_of_a_long_thread_the_first_and_the_newest_are_kept(answers: tuple[str, ...], before: tuple[str, ...]) -> None:
    assert thread_before(answers, "<ask@x>") == before


@given(
    LINES.filter(
        lambda name: (
            name.strip(" .") != "" and not set(name) & set('\\/:*?"<>|') and not name[0].isspace() and name[0] != "."
        )
    ),
    st.binary(max_size=300),
)
def test_a_file_arrives_byte_for_byte_under_its_name(name: str, content: bytes) -> None:
    digest = sha256_hex(content)
    action = mail(attachments=[AttachmentRef(name=name, sha256=digest)])
    read = read_mail(compose(action, KEY, Sender("owner@studio.example"), NOON, {digest: content}))
    assert isinstance(read, Mail)
    (file,) = read.attachments
    assert file.content == content
    assert file.sent_name == " ".join(name.split())


def test_the_same_action_and_time_give_the_same_bytes() -> None:
    made = {compose(invoice_mail(), KEY, Sender("owner@studio.example"), NOON, SEALED) for _ in range(2)}
    assert len(made) == 1


def test_names_outside_ascii_are_read_by_others_too() -> None:
    action = mail(
        subject="Rechnung für Zürich " * 5,
        attachments=[AttachmentRef(name="Rechnung " + "ü" * 90 + ".pdf", sha256=sha256_hex(PDF))],
    )
    content = compose(action, KEY, Sender("owner@münchen.example", 'Büro "Süd"'), NOON, SEALED)
    message = as_read_by_others(content)
    assert message["Subject"].strip() == action.subject.strip()
    assert message["From"].addresses[0].display_name == 'Büro "Süd"'
    assert message["From"].addresses[0].addr_spec == "owner@xn--mnchen-3ya.example"
    (file,) = message.iter_attachments()
    assert file.get_filename() == action.attachments[0].name
    assert all(len(line) <= 76 for line in content.split(b"\r\n\r\n")[0].split(b"\r\n"))
