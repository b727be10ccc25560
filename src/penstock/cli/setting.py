"""
An option that may also be said in the environment and in files; click decides which of them counts.

What a file of the repository may say is narrower: somebody else may have written it, and whoever clones the repository
would obey. It describes the project's plans. Whom to trust, where the token goes and how screens look is the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import click
from click.core import ParameterSource

Shape = Literal["string", "integer", "boolean", "array", "table"]
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

ENVIRONMENT_PREFIX = "PENSTOCK_"

FIELDS = (
    *("key", "title", "body", "state", "labels", "assignees", "milestone"),
    *("type", "parent", "depends_on"),
)
"""What a column of a table can hold: the fields of a native task that are not tasks themselves."""


class Column(click.ParamType[tuple[str, str]]):
    """`FIELD=COLUMN`, as a pair. Several in one environment variable are separated by commas."""

    name = "column"
    envvar_list_splitter = ","

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The pair, if there is such a field."""
        if isinstance(value, str):
            field, equals, column = value.partition("=")
            value = (field.strip(), column.strip())
            if not equals or not value[1]:
                self.fail(f"'{field}' is not FIELD=COLUMN.", param, ctx)
        if value[0] not in FIELDS:
            self.fail(f"{value[0]!r} is not one of {', '.join(map(repr, FIELDS))}.", param, ctx)
        return value


class Setting(click.Option):
    """
    An option of which `PENSTOCK_NAME` and a line of a settings file are further ways to say it.

    Args:
        own: Why a file of the repository may not say it; empty when it may.
        refuses: Why a file of the repository may not say this value; empty when it may.
        metavar, help, ...: As for `click.option`.
    """

    def __init__(
        self,
        declarations: Sequence[str],
        *,
        own: str = "",
        refuses: Callable[[Any], str] = lambda _: "",
        **attributes: Any,
    ) -> None:
        super().__init__(_with_opposite(declarations) if attributes.get("is_flag") else declarations, **attributes)
        self.own = own
        self.refuses = refuses
        self.flag = max(self.opts, key=len)
        self.key = self.flag.removeprefix("--").replace("-", "_")
        self.envvar = ENVIRONMENT_PREFIX + self.key.upper()

    @property
    def shape(self) -> Shape:
        """What a file must hold."""
        if self.is_flag:
            return "boolean"
        if isinstance(self.type, Column):
            return "table"
        if self.multiple:
            return "array"
        return "integer" if isinstance(self.type, click.IntRange) else "string"

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """As click does; files are read when the first setting of a command asks, which `--help` never does."""
        if ctx.default_map is None:
            from penstock.cli.settings_files import files_of

            ctx.default_map = dict(files_of(ctx).values)
        return super().consume_value(ctx, opts)

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """What the user wrote: the variable, or the option."""
        if ctx is not None and self.name and ctx.get_parameter_source(self.name) is ParameterSource.ENVIRONMENT:
            return f"{self.envvar}"
        return super().get_error_hint(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """One line; that every switch has an opposite is said in `penstock help settings`."""
        record = super().get_help_record(ctx)
        return record and (record[0].partition(" / ")[0], record[1])


def _with_opposite(declarations: Sequence[str]) -> list[str]:
    """`--quiet` becomes `--quiet/--no-quiet`: what a file turns on, a flag must be able to turn off."""
    return [f"{one}/--no-{one.removeprefix('--')}" if one.startswith("--") else one for one in declarations]


def setting(*declarations: str, **attributes: Any) -> Decorator:
    """`click.option` for a `Setting`."""
    return click.option(*declarations, cls=Setting, **attributes)
