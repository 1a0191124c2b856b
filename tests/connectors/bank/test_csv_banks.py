"""CSV exports as banks of several countries write them: their columns, signs and rows around."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from agents.connectors.bank.csv_profile import Profile
from agents.connectors.bank.statement import Balance, BankLine
from tests.connectors.bank.bank_room import IBAN, OTHER, amounts, asked, read, refused, table

TODAY = date(2026, 3, 25)


def test_a_savings_bank() -> None:
    (found,) = read(
        table(
            '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";'
            '"Mandatsreferenz";'
            '"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";'
            '"Auslagenersatz Ruecklastschrift";'
            '"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"',
            f'"{IBAN}";"25.03.26";"25.03.26";"GUTSCHR. UEBERWEISUNG";"RE 7";"";"";"E-7";"";"";"";"Acme";"{OTHER}";'
            '"COBADEFF";'
            '"1.234,50";"EUR";"Umsatz gebucht"',
            f'"{IBAN}";"24.03.26";"";"RUECKLASTSCHRIFT";"zurück";"";"";"";"";"";"";"Ben";"";"";'
            '"-3,00";"EUR";"Umsatz gebucht"',
            f'"{IBAN}";"26.03.26";"";"X";"";"";"";"";"";"";"";"";"";"";"-9,00";"EUR";"Umsatz vorgemerkt"',
        )
    )
    assert (found.account, found.currency, found.left_out, found.opening) == (IBAN, "EUR", 1, None)
    assert [line.is_return for line in found.lines] == [True, False]
    assert found.lines[1] == BankLine(
        found.lines[1].bank_id, TODAY, Decimal("1234.50"), "EUR", "Acme", "RE 7", "E-7", OTHER
    )


def test_a_dutch_bank_in_english() -> None:
    (found,) = read(
        table(
            '"IBAN/BBAN","Ccy","BIC","Seq No","Date","Value Date","Amount","Bal After Bkng","Counterpty IBAN/BBAN",'
            '"Name Counterpty","Counterparty BIC","Code","Transaction Reference","Description-1","Description-2"',
            f'"{IBAN}","EUR","RABONL2U","0001","2026-03-25","2026-03-25","+12,50","+112,50","{OTHER}","Acme",'
            '"COBADEFF","cb","E-7","Invoice 7","of March"',
        )
    )
    assert found.closing == Balance(TODAY, Decimal("112.50"))
    (line,) = found.lines
    assert (line.party, line.iban, line.text, line.reference) == ("Acme", OTHER, "Invoice 7 of March", "E-7")


def test_a_cooperative_bank_with_an_unnamed_column_of_s_and_h_and_rows_of_balances() -> None:
    lines = (
        "Volksbank Musterstadt",
        "",
        f"Konto: {IBAN}",
        'Buchungstag;Valuta;Auftraggeber/Zahlungsempfänger;"Vorgang/Verwendungszweck";Währung;Umsatz; ',
        '24.03.2026;24.03.2026;Acme;"RE 7\nzweite Zeile";EUR;12,50;H',
        "25.03.2026;25.03.2026;Vermieter;Miete;EUR;1.000,00;S",
        "",
        "23.03.2026;;;Anfangssaldo;EUR;2.000,00;H",
        "25.03.2026;;;Endsaldo;EUR;1.012,50;H",
    )
    (found,) = read(table(*lines))
    assert [(line.amount, line.text) for line in found.lines] == [
        (Decimal("12.50"), "RE 7 zweite Zeile"),
        (Decimal("-1000.00"), "Miete"),
    ]
    assert (found.opening, found.closing) == (
        Balance(date(2026, 3, 24), Decimal("2000.00")),
        Balance(TODAY, Decimal("1012.50")),
    )
    assert "ends with 1012.60" in refused(table(*lines).replace(b"1.012,50", b"1.012,60")).sentence


def test_a_direct_bank_with_two_names_a_status_and_remarks_at_the_end() -> None:
    (found,) = read(
        table(
            '"Girokonto";"DE89 3704 0044 0532 0130 00"',
            '"Kontostand vom 26.03.2026:";"5,00 EUR"',
            '""',
            '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";'
            '"Verwendungszweck";"Betrag (€)"',
            '"25.03.26";"25.03.26";"Gebucht";"Acme";"Ich";"RE 7";"12,5"',
            '"24.03.26";"24.03.26";"Gebucht";"Ich";"Shop";"Danke";"-1.012,50"',
            '"";"";"Vorgemerkt";"Ich";"Shop";"bald";"-1"',
            '"Alle Angaben ohne Gewähr"',
        )
    )
    assert (found.account, found.currency, found.left_out) == (IBAN, "EUR", 1)
    assert [(line.amount, line.party) for line in found.lines] == [
        (Decimal("-1012.50"), "Shop"),
        (Decimal("12.50"), "Acme"),
    ]


def test_a_british_bank_with_named_months_and_two_columns() -> None:
    content = table(
        "Account Number,Transaction Date,Transaction Type,Description,Debit Amount,Credit Amount,Balance",
        'GB1,05 Mar 2026,FPO,"RENT, MARCH",1000.00,,"1,234.56"',
        "GB1,04 Mar 2026,FPI,ACME,,12.50,2234.56",
    )
    profile = asked(content).profile
    (found,) = read(content, profiles={profile.digest: Profile(profile.heading, profile.columns, currency="GBP")})
    assert [(line.amount, line.text) for line in found.lines] == [
        (Decimal("12.50"), "ACME"),
        (Decimal("-1000.00"), "RENT, MARCH"),
    ]
    assert (found.opening and found.opening.amount, found.closing and found.closing.amount) == (
        Decimal("2222.06"),
        Decimal("1234.56"),
    )


def test_a_dutch_bank_with_a_word_for_the_direction() -> None:
    content = table(
        '"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)",'
        '"Mutatiesoort","Mededelingen"',
        '"20260325","Acme BV","NL91ABNA0417164300","NL02","OV","Bij","12,50","Overschrijving","Factuur 7"',
        '"20260324","Verhuurder","NL91ABNA0417164300","NL03","IC","Af","1000,00","Incasso","Huur"',
    )
    (found,) = read(content)
    assert [(line.amount, line.party, line.text) for line in found.lines] == [
        (Decimal("-1000.00"), "Verhuurder", "Huur"),
        (Decimal("12.50"), "Acme BV", "Factuur 7"),
    ]
    assert "cannot be read as flag" in refused(content.replace(b'"Af",', b'"Iets",')).sentence


def test_a_french_bank_whose_debits_have_a_minus() -> None:
    content = table(
        "Compte;Date;Date de valeur;Libellé;Débit euros;Débit;Crédit;Devise",
        "FR1;25/03/2026;26/03/2026;LOYER;;-1 000,00;;EUR",
        "FR1;26/03/2026;26/03/2026;CLIENT;;;12,50;EUR",
    )
    assert amounts(content) == [Decimal("-1000.00"), Decimal("12.50")]
    mixed = content.replace(b";12,50", b"12,50;")
    assert "with and without a minus" in refused(mixed).sentence


def test_a_spanish_bank_with_balances_and_a_bank_of_many_accounts() -> None:
    content = table(
        "Cuenta\tFecha operación\tConcepto\tImporte\tSaldo\tDivisa",
        "ES1\t25/03/2026\tALQUILER\t-1.000,00\t500,00\tEUR",
        "ES2\t26/03/2026\tCLIENTE\t12,50\t12,50\tEUR",
        "ES1\t26/03/2026\tCLIENTE\t12,50\t512,50\tEUR",
    )
    one, other = read(content)
    assert (one.account, [line.amount for line in one.lines]) == ("ES1", [Decimal("-1000.00"), Decimal("12.50")])
    assert (other.account, other.closing) == ("ES2", Balance(date(2026, 3, 26), Decimal("12.50")))
