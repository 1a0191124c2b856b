"""Who paid, as the notices of banks and payment services name them. Pure."""

from __future__ import annotations

import re

MAX_TEXT_CHARS = 20_000
_NAME = r"(?P<name>[^\W\d_][\w&.'’-]*(?: (?:[^\W\d_a-z][\w&.'’-]*|&|de|du|von|van|di|del|la|und|and)){0,5})"
_LABELS = (
    r"from|payer|paid by|remitter|sender|auftraggeber(?:in)?|zahlungspflichtiger?|absender(?:in)?|einzahler"
    r"|donneur d['’ ]ordre|émetteur|payeur|expéditeur|ordenante|remitente|pagador|ordinante|mittente|pagatore"
    r"|opdrachtgever|betaler|afzender"
)
_GAVE = r"sent you|has sent you|hat (?:ihnen|dir|uns)|vous a (?:envoyé|versé|viré)|te ha enviado|ti ha inviato|heeft je"
_MONEY = r"payment|transfer|deposit|credit|zahlung|überweisung|gutschrift|virement|paiement|transferencia|pago|ingreso"
_MONEY += r"|bonifico|pagamento|accredito|betaling|overboeking"
_SUM = r"[^\n]{0,40}\d[\d.,'’ ]*(?: ?[A-Z]{3}| ?[€$£])"
_LABELLED = re.compile(rf"^[ \t]*(?i:{_LABELS})[ \t]*:[ \t]*(?P<name>[^\n]{{2,80}})$", re.MULTILINE)
_GIVEN = re.compile(rf"(?<!\w){_NAME} (?i:{_GAVE}) ")
_CAME_FROM = re.compile(rf"\b(?i:{_MONEY})\b{_SUM} (?:from|von|de|da|van) {_NAME}")


def payer_in(text: str) -> str:
    """The name of who paid; empty when the text does not say it in one of these forms."""
    shown = text[:MAX_TEXT_CHARS].replace("\u00a0", " ")
    found = _LABELLED.search(shown) or _GIVEN.search(shown) or _CAME_FROM.search(shown)
    return found["name"].strip(" .,;") if found else ""
