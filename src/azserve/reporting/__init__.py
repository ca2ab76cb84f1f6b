"""Any result as text or data, in two voices over one interface.

`plain()` turns a result into JSON values; that is what `-o json`, `-o yaml`, `--query` and receipts are made of. A
*view* turns it into blocks (tables, lines) for people and, table cells raw, for `-o tsv`. A result type without a
view fails a test. Nothing here decides: exit codes are the verbs' and problems are the errors' own.

Rejected: letting results print themselves (nouns then know terminals), and one class per format with a method per
verb (adding a verb then touches every format).
"""
