"""How the scripts here take their options and show their figures: a table for people, one object for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping

Figures = Mapping[str, float | int | str]


def options(description: str | None) -> ArgumentParser:
    """A parser that knows `--json`; the script's docstring is its help."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument(
        "--json", action="store_true", dest="as_json", help="print the figures as one last line of JSON"
    )
    return parser


def table(rows: Figures) -> None:
    """Print names and values in two columns."""
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        print(f"  {name:<{width}}  {_shown(value)}")


def show(figures: Figures, *, as_json: bool) -> None:
    """Print the figures: as a table, and with `as_json` once more as the last line."""
    table(figures)
    if as_json:
        print(json.dumps(figures))


def _shown(value: float | int | str) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else value
