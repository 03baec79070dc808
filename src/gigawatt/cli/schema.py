"""`gigawatt schema`: the JSON Schema of programme files."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Print the JSON Schema of programme files, for editors that complete and check TOML.

    Save it, and begin a programme with the line "#:schema programme.schema.json".
    """
    import json

    from gigawatt.program.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
