"""
Settings that stand in files: the project's, found from the working directory upwards, and the user's own.

A file is checked whole, with the types of the options, whichever of them a command takes: a mistake shows at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import click

from penstock.base.errors import InputError
from penstock.cli.options import OPTIONS, option_named, settings_by_key
from penstock.cli.setting import FIELDS, Setting, Shape
from penstock.cli.settings_text import SettingsText, read_settings_text

PROJECT_FILE = "penstock.toml"
SHARED_FILE = "pyproject.toml"
SHARED_TABLE = ("tool", "penstock")

_META = "penstock.settings_files"
_SHAPES: Mapping[Shape, tuple[type, str]] = MappingProxyType(
    {
        "string": (str, "text in quotes"),
        "integer": (int, "a whole number"),
        "boolean": (bool, "true or false"),
        "array": (list, 'a list of texts, as in ["a", "b"]'),
        "table": (dict, 'a table of texts, as in {title = "Summary"}'),
    }
)


class Place(NamedTuple):
    """Where a setting stands: the file as messages call it, and the 1-based line, 0 when unknown."""

    path: str
    line: int


@dataclass(frozen=True)
class Files:
    """
    What the files say.

    Attributes:
        values: Parameter name → value, the project's before the user's.
        places: Parameter name → where that value stands.
        project, user: The files that were read, as messages call them; None for one that is not there.
        unread: A file beside the project's that has settings too, and is not read.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    project: str | None = None
    user: str | None = None
    unread: str | None = None


def files_of(ctx: click.Context) -> Files:
    """
    The files for this call, read at the first question. While a shell asks for completions a broken one is empty.

    Raises:
        InputError: One of them cannot be used.
    """
    if _META not in ctx.meta:
        try:
            ctx.meta[_META] = read_files(Path.cwd(), os.environ)
        except InputError:
            if not ctx.resilient_parsing:
                raise
            ctx.meta[_META] = Files()
    found: Files = ctx.meta[_META]
    return found


def read_files(directory: Path, environ: Mapping[str, str]) -> Files:
    """
    The user's file, and over it the project's that is nearest to a directory.

    Raises:
        InputError: One of them cannot be read, is no TOML, or has an unknown setting or a wrong value.
    """
    project, unread = _project_file(directory)
    user = _user_file(environ)
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for text in filter(None, (user, project)):
        for name, value, place in _settings(text):
            values[name] = value
            places[name] = place
    return Files(values, places, project and project.name, user and user.name, unread and unread.name)


def user_file_path(environ: Mapping[str, str]) -> Path:
    """
    `$XDG_CONFIG_HOME/penstock/config.toml`, else `~/.config/penstock/config.toml`.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative path is to be ignored)
    """
    named = Path(environ.get("XDG_CONFIG_HOME", ""))
    base = named if named.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".config"
    return base / "penstock" / "config.toml"


def _user_file(environ: Mapping[str, str]) -> SettingsText | None:
    path = user_file_path(environ)
    home = environ.get("HOME")
    name = f"~/{path.relative_to(home)}" if home and path.is_relative_to(home) else str(path)
    return read_settings_text(path, name, project=False)


def _project_file(directory: Path) -> tuple[SettingsText | None, SettingsText | None]:
    """The nearest file with settings, and the one beside it that has some too. A file of its own goes first."""
    for here in _upwards(directory):
        own = read_settings_text(here / PROJECT_FILE, os.path.relpath(here / PROJECT_FILE, directory), project=True)
        shared = _shared_file(here, directory)
        if own or shared:
            return (own, shared) if own else (shared, None)
    return None, None


def _upwards(directory: Path) -> Sequence[Path]:
    """From a directory to the root of its git repository; outside of one that directory alone."""
    line = [directory, *directory.parents]
    root = next((number for number, here in enumerate(line) if (here / ".git").exists()), 0)
    return line[: root + 1]


def _shared_file(here: Path, directory: Path) -> SettingsText | None:
    """The file of many tools, if it has settings of this one. Without the word in it, it is not even parsed."""
    name = os.path.relpath(here / SHARED_FILE, directory)
    text = read_settings_text(here / SHARED_FILE, name, SHARED_TABLE, project=True)
    return text if text and SHARED_TABLE[-1] in text.content and text.settings() else None


def _settings(text: SettingsText) -> Iterator[tuple[str, Any, Place]]:
    known = settings_by_key()
    lines = text.lines()
    for key, raw in text.settings().items():
        place = Place(text.name, lines.get(key, 0))
        if key not in known:
            raise _unknown(key, place, known)
        option = known[key]
        value = _checked(option, raw, place)
        if text.project:
            _check_trust(option, value, place)
            value = _anchored(option, value, text.path.parent)
        yield option.name or key, value, place


def _unknown(key: str, place: Place, known: Mapping[str, Setting]) -> InputError:
    from penstock.io.task_files.typed import suggestion

    if key in _said_each_time():
        return InputError(
            f"{key} is no setting",
            path=place.path,
            line=place.line,
            cause="it is decided anew in each call",
            hint="give it on the command line: penstock help settings says why",
        )
    return InputError(
        f'there is no setting "{key}"',
        path=place.path,
        line=place.line,
        hint=suggestion(key.replace("-", "_"), known) or "penstock help settings lists the settings",
    )


def _said_each_time() -> set[str]:
    """What the options that are no settings would be called in a file."""
    options = (option for option in map(option_named, OPTIONS) if not isinstance(option, Setting))
    flags = (flag for option in options for flag in (*option.opts, *option.secondary_opts))
    return {flag.removeprefix("--").replace("-", "_") for flag in flags}


def _checked(option: Setting, raw: Any, place: Place) -> Any:
    """
    The value as the command line would give it.

    Raises:
        InputError: It is of another type, or the option does not take it.
    """
    from penstock.io.task_files.typed import suggestion

    wanted, words = _SHAPES[option.shape]
    if type(raw) is not wanted or not all(isinstance(part, str) for part in _parts(raw)):
        raise InputError(f"{option.key} must be {words}", path=place.path, line=place.line)
    value = tuple(raw.items()) if isinstance(raw, dict) else raw
    try:
        return option.type_cast_value(click.Context(click.Command(None)), value)
    except click.BadParameter as error:
        choices = option.type.choices if isinstance(option.type, click.Choice) else FIELDS
        wrong = next((word for word in (raw if isinstance(raw, dict) else [raw]) if word not in choices), "")
        raise InputError(
            f"cannot use this {option.key}",
            path=place.path,
            line=place.line,
            cause=error.message.rstrip("."),
            hint=suggestion(str(wrong), choices),
        ) from None


def _parts(raw: Any) -> Sequence[Any]:
    if isinstance(raw, dict):
        return list(raw.values())
    return raw if isinstance(raw, list) else ()


def _check_trust(option: Setting, value: Any, place: Place) -> None:
    """
    Raises:
        InputError: Whoever wrote the file may be somebody else, and this is not theirs to say.
    """
    why = option.own or option.refuses(value)
    if why:
        what = option.key if option.own else f"{option.key} = {value!r}"
        raise InputError(
            f"{what} cannot stand in a file of the repository",
            path=place.path,
            line=place.line,
            cause=f"{why}, and somebody else may have written the file",
            hint=f"say it with {option.flag}, with {option.envvar}, or in ~/.config/penstock/config.toml",
        )


def _anchored(option: Setting, value: Any, directory: Path) -> Any:
    """A directory named in a project's file is one of the project, wherever in it the command is called."""
    return os.path.relpath(directory / value) if option.metavar == "DIR" else value
