"""The table of secrets that are known by their form: prefixes of providers, key files, and words before a value. Pure.

A pattern is tried only where its anchor stands, and is bounded, so that a hostile text costs no more than its length.
A group `value` is what is masked, where the words around it may be shown.
Source: the providers' own pages, and the rule files of gitleaks and detect-secrets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of secret. Its `form`, a pattern, begins one of so many characters (`back`) before one of the `anchors`.

    `strong`: its value must not be a plain word.
    """

    name: str
    anchors: tuple[str, ...]
    form: str
    back: tuple[int, ...] = (0,)
    strong: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """The form, compiled when it is needed: most kinds never are."""
        return _compiled(self.form)


@cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form)


_ALONE = r"(?<![A-Za-z0-9_])"  # nothing before it that would make it a part of another word
_ENDS = r"(?![A-Za-z0-9])"


def _token(name: str, anchors: str, pattern: str, *back: int) -> Kind:
    return Kind(name, tuple(anchors.split()), _ALONE + pattern, back or (0,))


def _inside(name: str, anchors: str, pattern: str, *back: int) -> Kind:
    return Kind(name, tuple(anchors.split()), pattern, back or (0,))


def _after(name: str, anchors: str, pattern: str) -> Kind:
    return Kind(name, tuple(anchors.split("|")), f"(?i){pattern}", strong=True)


TOKENS: Final = (
    _token("token of a connected assistant", "aiemp-mcp-", r"aiemp-mcp-[A-Za-z0-9_-]{43}"),
    _token("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,200}"),
    _token("OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{64}"),
    _token("OpenAI key", "sk-proj- sk-svcacct- sk-admin-", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,250}"),
    _token("OpenAI key", "sk-", r"sk-(?=[A-Za-z]{0,60}\d)[A-Za-z0-9]{20,64}(?![A-Za-z0-9_-])"),
    _token("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    _token("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
    _token("GitLab token", "glpat- gldt- glrt- glptt- glsoat-", r"gl(?:pat|dt|rt|ptt|soat)-[\w.-]{20,300}"),
    _token("AWS access key id", "AKIA ASIA ABIA ACCA", r"A(?:KI|SI|BI|CC)A[A-Z2-7]{16}" + _ENDS),
    _token("Google API key", "AIza", r"AIza[\w-]{35}(?![\w-])"),
    _token("Google OAuth token", "ya29.", r"ya29\.[\w-]{20,2048}"),
    _token("Google client secret", "GOCSPX-", r"GOCSPX-[\w-]{20,40}"),
    _token("Azure client secret", "Q~", r"[\w.-]{3}\dQ~[\w.~-]{30,40}", 4),
    _inside("Azure signature", "sig=", r"(?<=[?&;])sig=(?P<value>[A-Za-z0-9%+/]{40,200}(?:%3[Dd]|=))"),
    _token("Slack token", "xox", r"xox[abeoprs]-(?:\d-)?[A-Za-z0-9-]{10,250}"),
    _token("Slack token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,250}"),
    _inside("Slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,200}"),
    _token("Stripe key", "_live_ _test_", r"[srp]k_(?:live|test)_[A-Za-z0-9]{16,250}", 2),
    _token("Stripe webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,250}"),
    _token("Twilio key", "SK", r"SK[0-9a-f]{32}" + _ENDS),
    _token("SendGrid key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    _token("Mailgun key", "key-", r"(?<!-)key-[0-9a-f]{32}" + _ENDS),
    _token("Mailchimp key", "-us", r"[0-9a-f]{32}-us\d{1,2}" + _ENDS, 32),
    _token("Brevo key", "xkeysib- xsmtpsib-", r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    _token("Resend or Mollie key", "re_ live_ test_", r"(?:re|live|test)_(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{30,50}"),
    _token("npm token", "npm_", r"npm_[A-Za-z0-9]{36}" + _ENDS),
    _token("PyPI token", "pypi-", r"pypi-[\w-]{50,400}"),
    _token("RubyGems key", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    _token("Docker token", "dckr_", r"dckr_[po]at_[\w-]{20,100}"),
    _token("Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,50}"),
    _token("Replicate token", "r8_", r"r8_[A-Za-z0-9]{37,40}"),
    _token("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{40,60}"),
    _token("xAI key", "xai-", r"xai-[A-Za-z0-9]{60,100}"),
    _token("Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,60}"),
    _token("Meta token", "EAA", r"(?<![+/=])EAA(?!A{3})[A-Za-z0-9]{50,500}(?![A-Za-z0-9+/=]|\r?\n[A-Za-z0-9+/]{50})"),
    _inside(
        "X token", "AAAAAAAAAAAAAAAAAAAA", r"A{18,24}[B-Za-z0-9][A-Za-z0-9]{5,60}%(?:3D|2B|2F)[A-Za-z0-9%]{20,120}"
    ),
    _token("LinkedIn secret", "WPL_AP", r"WPL_AP\d\.[\w.+/=-]{10,80}"),
    _token("LinkedIn token", "AQ", r"AQ[A-Z](?=[A-Za-z0-9]{0,340}[_-])[\w-]{150,600}"),
    _token("Telegram bot token", ":AA", r"\d{8,10}:AA[\w-]{32,34}(?![\w-])", 8, 9, 10),
    _inside("Discord webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d{5,25}/[\w-]{40,100}", 11, 14),
    _token("Shopify token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _token("Square token", "sq0", r"sq0(?:atp|csp|idp)-[\w-]{22,50}"),
    _token("PayPal token", "access_token$", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    _token("DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}", 3),
    _token("Cloudflare key", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,160}"),
    _token("Notion token", "ntn_ secret_", r"(?:ntn_|secret_)[A-Za-z0-9]{40,50}" + _ENDS),
    _token("Linear key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}"),
    _token("Atlassian token", "ATATT3 ATCTT3", r"AT[AC]TT3[\w=-]{50,300}"),
    _token("Dropbox token", "sl.", r"sl\.(?:u\.|B)?[\w-]{100,2000}"),
    _token("Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?"),
    _token("Grafana token", "glsa_ glc_", r"gl(?:sa|c)_[\w+/=]{32,200}"),
    _token("Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,80}", 14),
    _token("Vault token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,300}"),
    _token("Postman key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _token("Sentry token", "sntrys_ sntryu_", r"sntry[su]_[\w+/=]{40,400}"),
    _token("Supabase key", "sbp_ sb_secret_", r"sb(?:p|_secret)_\w{20,60}"),
    _token("New Relic key", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
    _token("Airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _token("Doppler token", "dp.", r"dp\.(?:pt|st|ct|sa)\.[\w.-]{40,60}"),
    _token("Tailscale key", "tskey-", r"tskey-[a-z]{2,10}-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{16,64}"),
    _token("HubSpot token", "pat-", r"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _token("age identity", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,4000}"),
    _token("JSON web token", "eyJ", r"eyJ[\w-]{8,4000}+\.eyJ[\w-]{8,8000}+\.[\w-]{16,2000}"),
    _token("TOTP secret", "otpauth", r"otpauth(?:-migration)?://[^\s\"'<>)\]]{8,600}"),
    _inside(
        "password in an address",
        ":// :⟨⟩//",
        r":(?:⟨⟩)?//[^\s/?#:@\"'<>]{0,100}+:(?P<value>[^\s/?#@\"'<>⟨⟩]{1,200}+)@[\w\[]",
    ),
)
"""Kinds that are one long word; only words of 16 characters or more are looked at."""

_IS = r"[\"'`*_)\]]{0,4}[ \t]{0,4}(?:[:=\uff1a]{1,2}>?)[ \t*_`]{0,6}"  # `: `, `=`, `":`, `:**`
_SAID = r"(?:" + _IS + r"|[ \t]{1,3}(?:is|ist|lautet|est|es|are)[ \t]{0,2}:?[ \t]{1,4})"
_VALUE = r"[\"'`]?(?P<value>[^\s\"'`<>⟨⟩]{4,200})"
_ACCESS_WORD = r"(?:pass[ _-]?(?:w(?:or[dt]|d)|phrase|code)|kennwort|mot de passe|contraseña|wachtwoord|senha|pwd)"
# no possessive group: Python before 3.11.5 takes a wrong place for its end (its issue 106052)
_BLOCK_BODY = r"[^-]{0,16000}+(?:-(?!----(?:END|BEGIN))[^-]{0,16000}+){0,60}"
PASSWORD_WORDS: Final = ("pass", "kennwort", "mot de passe", "contraseña", "wachtwoord", "senha", "pwd")

KEY_FILES: Final = (
    Kind(
        "private key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?=[^-]{0,60}(?:-{1,4}[^-]{1,80}){0,4}"
        rf"[A-Za-z0-9+/]{{16}}){_BLOCK_BODY}(?:-----END [A-Z0-9 ]{{1,60}}-----)?",
    ),
    Kind(
        "PuTTY key",
        ("PuTTY-User-Key-File-",),
        r"(?s)PuTTY-User-Key-File-\d: (?:(?!PuTTY-User-Key|Private-MAC).){1,20000}Private-MAC: [0-9a-f]{32,128}",
    ),
)

_KEY_OF = "".join(
    f"(?<={each})|(?<={each}[ _-])|" for each in ("api", "access", "auth", "private", "signing", "master")
)
WORDS: Final = (
    _after("AWS secret key", "aws", rf"aws[\w .-]{{0,40}}{_IS}[\"']?(?P<value>[A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])"),
    _after("Azure key", "accountkey=|accesskey=", r"(?:account|access)key=(?P<value>[A-Za-z0-9+/]{40,100}={0,2})"),
    _after("WireGuard key", "privatekey|presharedkey", r"(?:private|preshared)key\s{0,3}=\s{0,3}(?P<value>\S{43}=)"),
    _after(
        "login header",
        "authorization",
        r"authorization[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?:[a-z][\w-]{2,20}[ \t]{1,3})?"
        r"(?P<value>[^\s\"'<>⟨⟩]{6,4000})",
    ),
    _after("bearer token", "bearer ", r"bearer[ \t]{1,3}(?P<value>[\w.~+/=-]{16,4000})"),
    _after("cookie", "cookie:", r"cookie:[ \t]{0,3}(?P<value>[\w.-]{1,60}=[^\s;⟨⟩]{8,4000}[^\r\n⟨⟩]{0,2000})"),
    _after("password", "|".join(PASSWORD_WORDS), rf"{_ACCESS_WORD}\w{{0,12}}{_SAID}{_VALUE}"),
    _after(
        "API key or secret",
        "key|secret|token|geheimnis|schlüssel",
        rf"(?:(?:{_KEY_OF}(?!))key|(?<!⟨)(?<!u27e8)(?:secret|geheimnis)(?:[ _-]?(?:access)?[ _-]?key)?"
        rf"|(?<=api-)schlüssel|token)"
        rf"{_SAID}[\"'`]?(?P<value>[^\s\"'`<>⟨⟩]{{8,300}})",
    ),
    _after("PIN", "pin", r"(?<![a-z])pin(?:[- ]?code)?[\"'*]{0,3}:[ \t*]{0,4}(?P<value>\d{4,5})(?![\d/-]|\.\d)"),
    _after(
        "one-time code",
        "verification|security|login|one-time|authentication|sicherheits|bestätigungs|anmelde|einmal",
        r"(?:verification|security|login|one-time|authentication|sicherheits|bestätigungs|anmelde|einmal)[- ]?"
        rf"(?:pass)?(?:code|tan)[\w ]{{0,12}}?{_SAID}(?P<value>\d(?:[ -]?\d){{3,7}})(?![\d/-]|\.\d)",
    ),
)
"""Kinds that words announce; their anchors are lower case."""

PLAIN_WORDS: Final = Kind(
    "password",
    PASSWORD_WORDS,
    rf"(?i){_ACCESS_WORD}{_IS}[\"'`]?(?P<value>[^\W\d_]{{3,20}}(?:[ -][^\W\d_]{{2,20}}){{0,5}})"
    r"[\"'`.]?[ \t*_]{0,4}(?=[\r\n|}]|\Z)",
)
"""A password of plain words, when nothing else stands in the rest of the line."""

_CODES = r"\d{1,2}[ \t]{1,4}[1-9]\d{3} \d{4}"
CODE_LIST: Final = re.compile(rf"(?<![\d.,-]){_CODES}(?:(?:\s|\\n|>){{1,12}}{_CODES}){{3,40}}(?!\d)")
"""Four entries or more of a printed list of codes, as `proof enrol` shows it."""

KINDS: Final = tuple(dict.fromkeys([*(each.name for each in (*TOKENS, *KEY_FILES, *WORDS)), "list of codes"]))
"""The name of every kind."""
