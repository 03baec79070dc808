"""Rules of power, air and efficiency that a site must keep, tested on its results."""
