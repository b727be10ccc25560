"""`penstock config`: the shape of task files."""

from __future__ import annotations

import click

from penstock.base.errors import EXIT_OK


@click.group("config", short_help="The JSON Schema of task files.")
def command() -> None:
    """What task files look like."""


@command.command("schema", short_help="Print the JSON Schema of native task files.")
def schema() -> int:
    """Print the JSON Schema of native task files, for editors and other tools."""
    import json

    from penstock.io.task_files import native_schema

    click.echo(json.dumps(native_schema(), indent=2))
    return EXIT_OK
