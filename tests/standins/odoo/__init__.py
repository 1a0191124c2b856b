"""An Odoo on this computer, after a record of a real 18.0 Community: it keeps books, and fails on demand.

`world.Odoo` is the way in, `chart.Setup` says how the installation is, `faults.Fault` what may go wrong.

Faithful, and tried: the shape of every recorded call (`test_recorded_calls.py`), the measured pitfalls by their numbers
(`test_pitfalls.py`), figures that follow from lines, rates, currencies and rounding (`test_figures.py`), what is
committed when a request is lost (`test_faults.py`), searches, imports, rights, JSON-2 (`test_server.py`). Requests are
transactions over a snapshot; of two that wrote one row the second fails and is repeated, as the real server does.

From documentation and common knowledge, not from the record: JSON-2 and its statuses, 19's expenses without reports and
`formatted_read_group`, what somebody enters for a tax of a draft, accounting dates of bills of an earlier month,
exchange differences, terms in parts, messages of errors that were not recorded, rights beyond those of the record, apps
that are not installed, next activities of leads, hours of tasks.

Not modelled: taxes included in prices, fixed or grouped taxes, fiscal positions, cash basis, rounding of cash, early
discounts, write-offs, analytic plans, units, mail and its chatter, stock, payroll, automatic matching, views and
reports, record rules but those of companies, translations (a message in another language only begins with its code),
hashing of entries, the timings. XML-RPC answers nothing but the fault of a method that returns nothing. Models hold the
fields somebody asked for; any other is 'Invalid field', as one that does not exist.
"""
