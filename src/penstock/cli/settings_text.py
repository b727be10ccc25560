"""One settings file as text: where it lies, how it is called, what its table holds, which line a key stands on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from penstock.base.errors import InputError

FILE_BYTES_MAX = 1_000_000

_AT_LINE = re.compile(r" \(at (line (?P<line>\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"\s*\[(?P<table>[^\[\]]+)\]\s*(#.*)?$")
_KEY = re.compile(r"\s*(?P<key>[\w.\"' -]+?)\s*=")


class SettingsText(NamedTuple):
    """
    A file that may hold settings.

    Attributes:
        name: How it is called in messages.
        table: Leads to the settings in it, e.g. `tool`, `penstock`.
        project: It belongs to the repository, not to the user.
    """

    path: Path
    name: str
    content: str
    table: tuple[str, ...] = ()
    project: bool = False

    def settings(self) -> dict[str, Any]:
        """
        Key → value, as TOML has it.

        Raises:
            InputError: It is no TOML, or holds something else where the settings belong.
        """
        import tomllib

        try:
            found: Any = tomllib.loads(self.content)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            at = _AT_LINE.search(str(error))
            why = _AT_LINE.sub("", str(error))
            line = int(at["line"] or self.content.count("\n") + 1) if at else 0
            raise InputError(
                "the settings file is not TOML", path=self.name, line=line, cause=why[:1].lower() + why[1:]
            ) from None
        for step in self.table:
            found = found.get(step, {})
            if not isinstance(found, dict):
                raise InputError(f"{'.'.join(self.table)} is not a table", path=self.name)
        table: dict[str, Any] = found
        return table

    def lines(self) -> dict[str, int]:
        """Key → the line it begins on. A scan as by eye: good to point at, never used to read a value."""
        found: dict[str, int] = {}
        above: list[str] = []
        depth = len(self.table)
        for number, line in enumerate(self.content.splitlines(), 1):
            if header := _HEADER.match(line):
                path = above = _steps(header["table"])
            elif key := _KEY.match(line):
                path = [*above, *_steps(key["key"])]
            else:
                continue
            if len(path) > depth and tuple(path[:depth]) == self.table:
                found.setdefault(path[depth], number)
        return found


def read_settings_text(path: Path, name: str, table: tuple[str, ...] = (), *, project: bool) -> SettingsText | None:
    """
    The file; None when there is none.

    Raises:
        InputError: It cannot be read, is too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise InputError("the settings file is too large", path=name, cause="the most is 1 MB")
        return SettingsText(path, name, data.decode(), table, project)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        raise InputError("the settings file is not UTF-8", path=name, hint="save the file as UTF-8") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("the settings file cannot be read", path=name, cause=why) from None


def _steps(dotted: str) -> list[str]:
    return [re.sub(r"[\s\"']", "", step) for step in dotted.split(".")]
