"""Who pays whom, when: capex, opex, instruments, ledger, returns."""
