"""
Write what the commands say of themselves into docs/cli.md.

    python tools/cli_reference.py [--check]

Between `<!-- generated: NAME -->` and `<!-- end -->` stands what this script makes: `penstock plan` is the call and
the options of a command, `options where` the table of a group, `exit-codes` the table of codes. All other text is
written by hand. With --check nothing is written, and the exit code is 1 when the file is not as it would be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

import click

from penstock.cli.help import EXIT_CODES
from penstock.cli.main import COMMANDS, main
from penstock.cli.options import GROUPS, OPTIONS, option_named
from penstock.cli.setting import Setting

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
REGION = re.compile(r"(?P<head><!-- generated: (?P<name>[^>]+) -->\n).*?(?P<end><!-- end -->\n)", re.DOTALL)


def regions() -> dict[str, str]:
    """Name of a region to its text: one for each command, each group of options, and the exit codes."""
    found = {f"penstock {name}": command_text(name, command) for name, command in commands()}
    found |= {f"options {name.lower()}": group_text(names) for name, names in GROUPS.items()}
    return found | {"exit-codes": exit_codes_text()}


def commands() -> Iterable[tuple[str, click.Command]]:
    """Every command with its full name, those below a group behind it."""
    context = click.Context(main, info_name="penstock")
    for name in COMMANDS:
        command = main.get_command(context, name)
        if command is None:
            raise LookupError(name)
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", command.commands[below]) for below in command.commands)


def command_text(name: str, command: click.Command) -> str:
    """The call, the options of this command alone, and which it takes of the groups."""
    usage = " ".join(command.collect_usage_pieces(click.Context(command, info_name=name)))
    options = {str(one.name): one for one in command.params if isinstance(one, click.Option)}
    own = [one for key, one in options.items() if key not in OPTIONS]
    parts = [f"```\npenstock {name} {usage}\n```\n"]
    if own:
        parts.append(table(("option", "meaning"), ((f"`{call(one)}`", meaning(one)) for one in own)))
    if shared := "; ".join(filter(None, (", ".join(whole_groups(options)), *parts_of_groups(options)))):
        parts.append(f"{'Also' if own else 'Options'}: {shared}.\n")
    return "\n".join(parts)


def whole_groups(options: Collection[str]) -> list[str]:
    """Links to the groups of which a command takes everything."""
    return [link(group) for group, names in GROUPS.items() if set(names) <= set(options)]


def parts_of_groups(options: Collection[str]) -> Iterable[str]:
    """What it takes of the others, by name."""
    for group, names in GROUPS.items():
        taken = [name for name in names if name in options]
        if taken and len(taken) < len(names):
            flags = ", ".join(f"`{call(option_named(name)).partition(',')[0]}`" for name in taken)
            yield f"{flags} of {link(group)}"


def link(group: str) -> str:
    """To the heading of a group."""
    return f"[{group.lower()}](#{group.lower()})"


def group_text(names: Iterable[str]) -> str:
    """A group's options, with what they are called in a settings file; a star where only the user's own may say it."""
    options = [option_named(name) for name in names]
    return table(
        ("option", "setting", "meaning"), ((f"`{call(one)}`", setting_of(one), meaning(one)) for one in options)
    )


def exit_codes_text() -> str:
    """As `penstock help exit-codes`."""
    return table(("code", "meaning"), re.findall(r"^ +(\d+)  (.+)$", EXIT_CODES, re.MULTILINE))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [" | ".join(head), *(" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)]
    first, *rest = (f"| {line} |\n" for line in lines)
    return "".join([first, "|---" * len(head) + "|\n", *rest])


def call(option: click.Option) -> str:
    """The option as it is typed, with a word for its value."""
    names = [*sorted(option.opts, key=len, reverse=True)]
    if option.is_flag:
        opposites = [] if isinstance(option, Setting) else option.secondary_opts
        return ", ".join([*names, *opposites])
    number = isinstance(option.type, click.types.IntParamType)
    return f"{', '.join(names)} {option.metavar or ('N' if number else names[0].removeprefix('--').upper())}"


def setting_of(option: click.Option) -> str:
    """Its key in a file."""
    if not isinstance(option, Setting):
        return ""
    return f"`{option.key}`{' *' if option.own else ''}"


def meaning(option: click.Option) -> str:
    """Its help, the values it takes, and what counts without it."""
    words, _, default = (option.help or "").partition("  [default: ")
    if isinstance(option.type, click.Choice):
        words += f" One of {', '.join(f'`{choice}`' for choice in option.type.choices)}."
    if option.show_default and option.default not in (None, False):
        default = str(option.default)
    return f"{words} Default `{default.rstrip(']')}`." if default else words


def generated(text: str) -> str:
    """
    The document with every region made anew.

    Raises:
        SystemExit: A region is missing, or has a name that nothing stands for.
    """
    made = regions()
    present = [match["name"] for match in REGION.finditer(text)]
    if wrong := set(present) ^ set(made):
        sys.exit(f"docs/cli.md: regions missing or unknown: {', '.join(sorted(wrong))}")
    return REGION.sub(lambda match: f"{match['head']}\n{made[match['name']]}\n{match['end']}", text)


def run(arguments: list[str]) -> int:
    """Write, or with --check compare."""
    before = DOCUMENT.read_text(encoding="utf-8")
    after = generated(before)
    if "--check" in arguments:
        return int(before != after)
    DOCUMENT.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
