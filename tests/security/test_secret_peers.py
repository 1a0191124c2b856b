"""Beside detect-secrets, a kept library that is not used at run time (ADR 0042): what it knows by form, we find."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

from agents.security.secret_gate import SecretGate
from agents.security.secret_patterns import find_secrets
from tests.security.secret_samples import SAMPLES

if TYPE_CHECKING:
    from email.message import EmailMessage

BY_FORM = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "benign"
# what is found in mails that mean no harm, and why it is a secret all the same
ARGUED = {
    "one-time code": "a login code that a service sent",
    "API key or secret": "the token of a link that resets a password",
}


def test_what_the_library_finds_by_form_is_found_here_too() -> None:
    lines = [line for _, (whole, _) in SAMPLES for line in whole.splitlines()]
    with transient_settings({"plugins_used": [{"name": name} for name in BY_FORM]}):
        theirs = [line for line in lines if any(scan_line(line))]
    assert len(theirs) > 10
    whole = "\n".join(whole for _, (whole, _) in SAMPLES)
    covered = [whole[each.start : each.end] for each in find_secrets(whole)]
    assert [line for line in theirs if not find_secrets(line) and not any(line in each for each in covered)] == []


def mails() -> list[Path]:
    return sorted(CORPUS.glob("*.eml"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of mails lies beside the project")
def test_mails_that_mean_no_harm_hold_only_what_is_argued() -> None:
    found = set()
    for path in mails():
        content = path.read_bytes()
        parsed: EmailMessage = email.message_from_bytes(content, policy=email.policy.default)
        body = parsed.get_body(("plain", "html"))
        text = str(body.get_content()) if body else ""
        found |= {each.kind for each in find_secrets(text)}
        found |= {words.partition(": ")[2] for words in SecretGate().findings("a.eml", content)}
    assert found <= set(ARGUED)


def test_the_projects_own_papers_and_templates_hold_none() -> None:
    root = Path(__file__).resolve().parents[2]
    places = [
        *root.glob("docs/**/*.md"),
        *root.glob("*.md"),
        *root.glob("vault_template/**/*"),
        *root.glob("skills/**/*.md"),
    ]
    gate = SecretGate()
    texts = {each.name: gate.findings(each.name, each.read_bytes()) for each in places if each.is_file()}
    assert {name: words for name, words in texts.items() if words} == {}
