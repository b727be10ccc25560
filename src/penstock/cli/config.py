"""`penstock config`: what the settings are and where each comes from, and the schemas of what is read and written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from penstock.base.errors import EXIT_OK
from penstock.cli.options import Settings, settings_by_key, takes
from penstock.cli.setting import ENVIRONMENT_PREFIX, FIELDS, Setting
from penstock.cli.settings_files import Files, files_of


class Shown(NamedTuple):
    """A setting, its value, and where that comes from: `flag --repo`, `PENSTOCK_REPO`, `penstock.toml:4`, `default`."""

    key: str
    value: Any
    origin: str


@click.group("config", short_help="Settings, and where each comes from.")
def command() -> None:
    """Settings and where each comes from, and JSON Schemas for editors and other tools."""


@command.command("show", short_help="Show every setting.")
@click.option("--origin", is_flag=True, help="Also say where each value comes from.")
@takes(*(option.name or "" for option in settings_by_key().values()), "as_json")
@click.pass_context
def show(ctx: click.Context, settings: Settings, origin: bool) -> int:
    """Show every setting with the value that a command called here would use.

    A flag goes before the environment, that before the project's file, that before your own file, that before the
    default. The project's file is penstock.toml, or the table [tool.penstock] of pyproject.toml, in this directory or
    the nearest one above it in the same git repository.
    """
    files = files_of(ctx)
    shown = list(_shown(ctx, settings, files))
    screen = settings.screen()
    screen.document(_document(shown, files))
    width = max(len(one.key) for one in shown)
    values = [_text(one.value) for one in shown]
    wide = max(map(len, values))
    screen.result(
        f"{one.key:<{width}}  {f'{value:<{wide}}  {one.origin}' if origin else value}".rstrip()
        for one, value in zip(shown, values, strict=True)
    )
    screen.note(*_notes(files, os.environ))
    return EXIT_OK


def _shown(ctx: click.Context, settings: Settings, files: Files) -> Iterator[Shown]:
    for key, option in settings_by_key().items():
        name = option.name or key
        yield Shown(key, _plain(option, getattr(settings, name)), _origin(ctx, option, files))


def _plain(option: Setting, value: Any) -> Any:
    if option.shape == "table":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _origin(ctx: click.Context, option: Setting, files: Files) -> str:
    from penstock.output.text import place

    match ctx.get_parameter_source(option.name or option.key):
        case ParameterSource.COMMANDLINE:
            return f"flag {option.flag}"
        case ParameterSource.ENVIRONMENT:
            return option.envvar if isinstance(option.envvar, str) else ""
        case ParameterSource.DEFAULT_MAP:
            return place(*files.places[option.name or option.key])
        case _:
            return "default"


def _text(value: Any) -> str:
    match value:
        case None | [] | "":
            return "not set"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(value)
        case dict():
            return ", ".join(f"{name}={column}" for name, column in value.items()) or "not set"
        case _:
            return str(value)


def _document(shown: list[Shown], files: Files) -> dict[str, Any]:
    return {
        "schema": "penstock.config/1",
        "settings": {one.key: {"value": one.value, "origin": one.origin} for one in shown},
        "files": {"project": files.project, "user": files.user, "unread": files.unread},
    }


def _notes(files: Files, environ: Mapping[str, str]) -> Iterator[str]:
    """What was written and is not read."""
    if files.unread:
        yield f"note: [tool.penstock] in {files.unread} is not read, because {files.project} stands beside it"
    known = [key.upper() for key in settings_by_key()]
    ours = (name.removeprefix(ENVIRONMENT_PREFIX) for name in sorted(environ) if name.startswith(ENVIRONMENT_PREFIX))
    for name in ours:
        if name not in known and (close := get_close_matches(name, known, n=1)):
            there, meant = (f"{ENVIRONMENT_PREFIX}{word}" for word in (name, close[0]))
            yield f"note: {there} is not a setting; did you mean {meant}?"


def config_schema() -> dict[str, Any]:
    """The JSON Schema of settings files, from the options themselves; in the draft that editors of TOML know."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Penstock settings",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(option) for key, option in settings_by_key().items()},
    }


def _property(option: Setting) -> dict[str, Any]:
    words = (option.help or "").partition("  [")[0]
    found: dict[str, Any] = {"description": f"{words} Only in your own file: {option.own}." if option.own else words}
    match option.shape:
        case "array":
            return found | {"type": "array", "items": {"type": "string", "minLength": 1}}
        case "table":
            columns = {name: {"type": "string", "minLength": 1} for name in FIELDS}
            return found | {"type": "object", "properties": columns, "additionalProperties": False}
        case "integer":
            return found | {"type": "integer", "minimum": 0, "default": option.default}
        case "boolean":
            return found | {"type": "boolean", "default": False}
        case _:
            choices = list(option.type.choices) if isinstance(option.type, click.Choice) else None
            return found | {"type": "string"} | ({"enum": choices} if choices else {"minLength": 1})


def _tasks() -> dict[str, Any]:
    from penstock.io.task_files import native_schema

    return native_schema()


def _stream() -> dict[str, Any]:
    from penstock.output.stream import stream_schema

    return stream_schema()


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = MappingProxyType(
    {"tasks": _tasks, "stream": _stream, "config": config_schema}
)


@command.command("schema", short_help="Print a JSON Schema.")
@click.option(
    "--of",
    "what",
    metavar="WHAT",
    type=click.Choice(tuple(SCHEMAS)),
    default="tasks",
    show_default=True,
    help="Task files, the lines of --json-stream, or settings files.",
)
def schema(what: str) -> int:
    """Print a JSON Schema, for editors and other tools.

    An editor with the YAML language server takes the one of task files by `# yaml-language-server:
    $schema=penstock.schema.json` in a plan's first line; one with taplo takes the one of settings by `#:schema
    penstock.schema.json` in penstock.toml.
    """
    import json

    click.echo(json.dumps(SCHEMAS[what](), indent=2))
    return EXIT_OK
