"""Money as people read it: ledger by party, workbooks, stress tests, published costs."""
