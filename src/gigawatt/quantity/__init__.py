"""Units, calendar, money and the way numbers are shown."""
