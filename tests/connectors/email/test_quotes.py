"""The newest words of a mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.email.reader import quoted_reply_removed


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\nOn Mon, 23 Nov 2026 at 10:01, Anna <anna@client.example> wrote:\n> Hello\n> Emma\n",
        "\n\nOn Mon, 23 Nov 2026 at 10:01, Anna\n<anna@client.example> wrote:\n\n> Hello\n",
        "\n\nAm 23.11.2026 um 10:01 schrieb Anna:\n> Hallo\n>> Hello\n",
        "\n\nLe lun. 23 nov. 2026, Anna a écrit :\n> Bonjour\n",
        "\n\n-----Original Message-----\nFrom: Anna\nHello\n",
        "\n\n-----Ursprüngliche Nachricht-----\nVon: Anna\nHallo\n",
        "\n\nFrom: Anna <anna@client.example>\nSent: Monday\nTo: Emma\n\nHello\n",
        "\n\n*Von:* Anna\n*Gesendet:* Montag\n\nHallo\n",
        "\n-- \nAnna\nClient Ltd\n",
        "\n> Hello\n",
    ],
)
def test_what_is_quoted_or_signed_is_left_out(quoted: str) -> None:
    assert quoted_reply_removed(f"Yes, 10 hours.\nPlease send it.{quoted}") == "Yes, 10 hours.\nPlease send it."


def test_answers_between_quotes_stay() -> None:
    text = "On Monday Anna wrote:\n> how many hours?\n10\n> which rate?\n95.00 EUR\n"
    assert quoted_reply_removed(text) == "10\n95.00 EUR"


@pytest.mark.parametrize(
    "text",
    [
        "> only a quote\n",
        "-----Original Message-----\nHello",
        "From: Anna\nSent: Monday\n\nHello",
        "---------- Forwarded message ---------\nFrom: Anna\n\nHello",
        "",
        " \n",
    ],
)
def test_a_mail_that_is_all_quote_stays_whole(text: str) -> None:
    assert quoted_reply_removed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "I wrote: yes.",
        "From: Hamburg to Berlin",
        "On Monday I wrote: a novel\nand more",
        "a -- b",
        "On Monday\n\nwe meet",
    ],
)
def test_new_words_that_look_alike_stay(text: str) -> None:
    assert quoted_reply_removed(text) == text


@given(
    st.lists(
        st.sampled_from(["> q", "On x, y wrote:", "-- ", "word", "", "From: a", "Sent: b", "----"]) | st.text(),
        max_size=15,
    )
)
def test_nothing_is_added_and_something_is_left(lines: list[str]) -> None:
    text = "\n".join(lines)
    newest = quoted_reply_removed(text)
    rest = iter(text.split("\n"))
    assert all(line in rest for line in newest.split("\n")) or newest == text
    assert bool(newest.strip()) == bool(text.strip())
