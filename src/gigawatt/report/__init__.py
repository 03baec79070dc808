"""Tables, charts, narrative and the HTML report."""
