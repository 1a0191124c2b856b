"""One invented secret of every kind, put together here so that no scanner takes this file for a leak."""

from __future__ import annotations

import base64
import hashlib
import json

from agents.security.proof_codes import shown


def letters(seed: str, length: int, alphabet: str = "") -> str:
    """Letters and digits that look drawn, the same at every run; with `alphabet` of just those characters."""
    chosen = alphabet or "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    stream = hashlib.shake_256(seed.encode()).digest(length)
    return "".join(chosen[byte % len(chosen)] for byte in stream)


def hexed(seed: str, length: int) -> str:
    """The same of hex digits."""
    return letters(seed, length, "0123456789abcdef")


def block(name: str, seed: str) -> str:
    """A key file in armor."""
    body = base64.encodebytes(hashlib.shake_256(seed.encode()).digest(300)).decode()
    return f"-----BEGIN {name}-----\n{body}-----END {name}-----"


def web_token(seed: str) -> str:
    """A JSON web token."""
    parts = (json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps({"sub": seed, "iat": 1764000000}))
    head, body = (base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in parts)
    return f"{head}.{body}.{letters(seed, 43)}"


def words(before: str, value: str, after: str = "") -> tuple[str, str]:
    """A text around a value, and the value."""
    return f"{before}{value}{after}", value


def alone(value: str) -> tuple[str, str]:
    """A value that is a secret wherever it stands."""
    return value, value


_CODES = "\n".join(f"  {at:>3}  {shown(letters(f'code {at}', 8, '123456789'))}" for at in range(1, 7))

SAMPLES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("token of a connected assistant", alone("aiemp-mcp-" + letters("assistant", 43))),
    ("Anthropic key", alone("sk-ant-" + "api03-" + letters("anthropic", 80))),
    ("OpenRouter key", alone("sk-or-" + "v1-" + hexed("router", 64))),
    ("OpenAI key", alone("sk-proj-" + letters("openai", 60))),
    ("OpenAI key", alone("sk-" + letters("old openai", 48))),
    ("GitHub token", alone("ghp_" + letters("github", 36))),
    ("GitHub token", alone("github_pat_" + letters("fine", 22) + "_" + letters("grained", 59))),
    ("GitLab token", alone("glpat-" + letters("gitlab", 20))),
    ("AWS access key id", alone("AKIA" + letters("aws", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))),
    ("Google API key", alone("AIza" + letters("google", 35))),
    ("Google OAuth token", alone("ya29." + letters("oauth", 60))),
    ("Google client secret", alone("GOCSPX-" + letters("client", 28))),
    ("Azure client secret", alone(letters("az", 3) + "8Q~" + letters("azure", 34))),
    ("Azure signature", words("https://x.blob.core.windows.net/a?sv=2026&sig=", letters("sas", 43) + "%3D")),
    ("Slack token", alone("xoxb-" + letters("team", 11, "0123456789") + "-" + letters("slack", 24))),
    ("Slack token", alone("xapp-" + "1-A0123456789-" + letters("slack app", 30))),
    ("Slack webhook", words("https://", "hooks.slack.com/services/" + "T01ABCDEF/B01ABCDEF/" + letters("hook", 24))),
    ("Stripe key", alone("sk_live_" + letters("stripe", 24))),
    ("Stripe webhook secret", alone("whsec_" + letters("stripe hook", 32))),
    ("Twilio key", alone("SK" + hexed("twilio", 32))),
    ("SendGrid key", alone("SG." + letters("send", 22) + "." + letters("grid", 43))),
    ("Mailgun key", alone("key-" + hexed("mailgun", 32))),
    ("Mailchimp key", alone(hexed("mailchimp", 32) + "-us14")),
    ("Brevo key", alone("xkeysib-" + hexed("brevo", 64) + "-" + letters("brevo", 16))),
    ("Resend or Mollie key", alone("live_" + letters("mollie", 30))),
    ("npm token", alone("npm_" + letters("npm", 36))),
    ("PyPI token", alone("pypi-" + "AgEIcHlwaS5vcmc" + letters("pypi", 120))),
    ("RubyGems key", alone("rubygems_" + hexed("gems", 48))),
    ("Docker token", alone("dckr_pat_" + letters("docker", 27))),
    ("Hugging Face token", alone("hf_" + letters("face", 34))),
    ("Replicate token", alone("r8_" + letters("replicate", 37))),
    ("Groq key", alone("gsk_" + letters("groq", 52))),
    ("xAI key", alone("xai-" + letters("xai", 80))),
    ("Perplexity key", alone("pplx-" + letters("pplx", 48))),
    ("Meta token", alone("EAA" + "G" + letters("meta", 120))),
    ("X token", alone("A" * 21 + "M" + letters("x", 24) + "%2B" + letters("bearer", 48) + "%3D" + letters("end", 24))),
    ("LinkedIn secret", alone("WPL_AP1." + letters("linkedin", 16) + "." + letters("in", 8) + "==")),
    ("LinkedIn token", alone("AQV" + letters("linkedin token", 100) + "-" + letters("more", 120))),
    ("Telegram bot token", alone(letters("bot", 10, "123456789") + ":AA" + letters("telegram", 33))),
    (
        "Discord webhook",
        words("https://", "discord.com/api/webhooks/" + "123456789012345678/" + letters("discord", 68)),
    ),
    ("Shopify token", alone("shpat_" + hexed("shopify", 32))),
    ("Square token", alone("sq0atp-" + letters("square", 22))),
    ("PayPal token", alone("access_token$" + "production$" + hexed("pay", 16) + "$" + hexed("pal", 32))),
    ("DigitalOcean token", alone("dop_v1_" + hexed("ocean", 64))),
    ("Cloudflare key", alone("v1.0-" + hexed("cloud", 24) + "-" + hexed("flare", 146))),
    ("Notion token", alone("ntn_" + letters("notion", 46))),
    ("Linear key", alone("lin_api_" + letters("linear", 40))),
    ("Atlassian token", alone("ATATT3" + "xFfGF0" + letters("atlassian", 180))),
    ("Dropbox token", alone("sl." + "B" + letters("dropbox", 130))),
    ("Databricks token", alone("dapi" + hexed("databricks", 32))),
    ("Grafana token", alone("glsa_" + letters("grafana", 32) + "_" + hexed("sum", 8))),
    ("Terraform token", alone(letters("terra", 14) + ".atlasv1." + letters("form", 67))),
    ("Vault token", alone("hvs." + letters("vault", 90))),
    ("Postman key", alone("PMAK-" + hexed("post", 24) + "-" + hexed("man", 34))),
    ("Sentry token", alone("sntrys_" + letters("sentry", 120))),
    ("Supabase key", alone("sbp_" + hexed("supabase", 40))),
    ("New Relic key", alone("NRAK-" + letters("relic", 27, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))),
    ("Airtable token", alone("pat" + letters("air", 14) + "." + hexed("table", 64))),
    ("Doppler token", alone("dp.pt." + letters("doppler", 43))),
    ("Tailscale key", alone("tskey-" + "auth-" + letters("tail", 12) + "-" + letters("scale", 32))),
    ("HubSpot token", alone("pat-na1-" + "-".join(hexed(f"hub{n}", n) for n in (8, 4, 4, 4, 12)))),
    ("age identity", alone("AGE-SECRET-KEY-1" + letters("age", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"))),
    ("JSON web token", alone(web_token("somebody"))),
    (
        "TOTP secret",
        alone("otpauth://totp/Studio:owner?secret=" + letters("totp", 32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    ),
    ("password in an address", words("postgresql://employee:", "Ruffled-Heron-77", "@db.example.org/employee")),
    ("password in an address", words("https://owner:", "tulip%21field", "@intranet.example/wiki")),
    ("private key", alone(block("RSA PRIVATE KEY", "pem"))),
    ("private key", alone(block("OPENSSH PRIVATE KEY", "openssh"))),
    ("private key", alone(block("PGP PRIVATE KEY BLOCK", "pgp"))),
    (
        "PuTTY key",
        alone(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: owner\n"
            f"Public-Lines: 1\n{letters('pub', 64)}\n"
            f"Private-Lines: 1\n{letters('priv', 48)}\nPrivate-MAC: {hexed('mac', 64)}"
        ),
    ),
    ("AWS secret key", words("aws_secret_access_key = ", letters("aws secret", 40))),
    ("Azure key", words("DefaultEndpointsProtocol=https;AccountKey=", letters("account", 86) + "==", ";Suffix=x")),
    ("WireGuard key", words("PrivateKey = ", letters("wireguard", 43) + "=")),
    ("login header", words("Authorization: Basic ", base64.b64encode(b"owner:tulip field 4").decode())),
    ("login header", words('"Authorization": "Bearer ', letters("header", 40), '"')),
    ("bearer token", words("curl -H 'X: Bearer ", letters("bearer token", 40), "'")),
    ("cookie", words("Cookie: ", "session=" + letters("cookie", 32) + "; theme=dark")),
    ("password", words("password: ", "hunter2")),
    ("password", words("Passwort: ", "Sommer!Regen")),
    ("password", words("Das Passwort lautet ", "Tulpe-2026", " und gilt ab morgen.")),
    ("password", words("Password: ", "correct horse battery staple")),
    ("password", words("Server=db;Database=books;User Id=sa;Password=", "Xy7#kk;Encrypt=yes")),
    ("password", words("**Kennwort:** ", "Bl4uer-Berg")),
    ("API key or secret", words("api_key: ", letters("api", 20))),
    ("API key or secret", words('"client_secret": "', letters("client secret", 24), '"')),
    ("API key or secret", words("https://app.example/reset?token=", letters("reset", 24))),
    ("PIN", words("PIN: ", "48213")),
    ("one-time code", words("Your verification code is ", "482 913", ".")),
    ("list of codes", alone(_CODES)),
)
"""Kind, and a text with the part of it that must never be seen."""
