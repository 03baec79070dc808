"""Job traces: one reader a layout, one strict schema behind them."""
