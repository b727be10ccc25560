"""Settings from flags, environment, files and defaults; `config show` and the schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from penstock.cli.config import SCHEMAS, config_schema
from penstock.cli.options import settings_by_key
from penstock.cli.setting import FIELDS
from penstock.io.task_files.schema import NativeTask

Call = Callable[..., Result]


class Project:
    """A git repository with a folder in it, a home with settings of its own, and the command called there."""

    def __init__(self, root: Path, call: Call) -> None:
        self.root = root / "project"
        self.folder = self.root / "plans"
        self.home = root / "home"
        self._call = call
        (self.root / ".git").mkdir(parents=True)
        self.folder.mkdir()

    def write(self, name: str, text: str) -> None:
        """Put a file into the project."""
        (self.root / name).write_text(text)

    def write_own(self, text: str) -> None:
        """Put settings into the user's file."""
        (self.home / ".config" / "penstock").mkdir(parents=True)
        (self.home / ".config" / "penstock" / "config.toml").write_text(text)

    def run(self, *arguments: str, **environ: str | None) -> Result:
        """Call the command in the folder."""
        with chdir(self.folder):
            return self._call(*arguments, **({"HOME": str(self.home), "XDG_CONFIG_HOME": ""} | environ))

    def shown(self, *arguments: str, **environ: str) -> dict[str, tuple[Any, str]]:
        """Each setting with its value and its origin."""
        done = self.run("config", "show", "--json", *arguments, **environ)
        assert 0 == done.exit_code, done.stderr
        found = json.loads(done.stdout)["settings"]
        return {key: (one["value"], one["origin"]) for key, one in found.items()}


@pytest.fixture
def project(tmp_path: Path, penstock: Call) -> Project:
    """An empty project and an empty home."""
    return Project(tmp_path, penstock)


def test_nothing_said_is_the_default(project: Project) -> None:
    """Every setting is shown, and all of them come from nowhere else."""
    shown = project.shown()

    assert list(settings_by_key()) == list(shown)
    assert {"default"} == {origin for _, origin in shown.values()}
    assert ("https://api.github.com", "default") == shown["api_url"]


def test_the_nearest_voice_decides(project: Project) -> None:
    """Flag, environment, the project's file, the user's file, default: each counts when those before are silent."""
    said: list[tuple[Any, str]] = [project.shown()["profile"]]
    project.write_own('# mine\nprofile = "literal"\n')
    said.append(project.shown()["profile"])
    project.write("penstock.toml", 'repo = "octo/widgets"\n\nprofile = "observed"\n')
    said.append(project.shown()["profile"])
    said.append(project.shown(PENSTOCK_PROFILE="ghes")["profile"])
    said.append(project.shown("--profile", "lab", PENSTOCK_PROFILE="ghes")["profile"])

    assert [
        (None, "default"),
        ("literal", "~/.config/penstock/config.toml:2"),
        ("observed", "../penstock.toml:3"),
        ("ghes", "PENSTOCK_PROFILE"),
        ("lab", "flag --profile"),
    ] == said


def test_every_setting_can_be_said_everywhere(project: Project) -> None:
    """In the user's file, in the environment, and as a flag; in each place with the same value."""
    samples: dict[str, tuple[str, str, tuple[str, ...]]] = {
        "repo": ('"a/b"', "a/b", ("a/b",)),
        "api_url": ('"http://h"', "http://h", ("http://h",)),
        "state_dir": ('"jobs"', "jobs", ("jobs",)),
        "profile": ('"observed"', "observed", ("observed",)),
        "transport": ('"rest"', "rest", ("rest",)),
        "map": ('{title = "Sum mary", key = "No"}', "title=Sum mary, key=No", ("title=Sum mary", "key=No")),
        "author": ('["mona", "hubot"]', "mona hubot", ("mona", "hubot")),
        "max_writes": ("7", "7", ("7",)),
        "color": ('"never"', "never", ("never",)),
    }
    switches = [key for key, option in settings_by_key().items() if option.is_flag]
    assert {*samples, *switches} == set(settings_by_key())

    flags = [word for key, (_, _, values) in samples.items() for one in values for word in (f"--{_flag(key)}", one)]
    by_flag = project.shown(*flags, *(f"--{_flag(key)}" for key in switches))
    environ = {f"PENSTOCK_{key.upper()}": text for key, (_, text, _) in samples.items()}
    by_environment = project.shown(**environ, **{f"PENSTOCK_{key.upper()}": "1" for key in switches})
    lines = [f"{key} = {text}" for key, (text, _, _) in samples.items()]
    project.write_own("\n".join([*lines, *(f"{key} = true" for key in switches)]))
    by_file = project.shown()

    for key in settings_by_key():
        assert by_flag[key][0] == by_environment[key][0] == by_file[key][0] not in (None, False, [], {}, 0)
        assert (f"flag --{_flag(key)}", f"PENSTOCK_{key.upper()}") == (by_flag[key][1], by_environment[key][1])
        assert by_file[key][1].startswith("~/.config/penstock/config.toml:")


def _flag(key: str) -> str:
    return key.replace("_", "-")


def test_a_switch_can_be_turned_off_again(project: Project) -> None:
    """By the environment and by a flag, though a file has turned it on."""
    project.write("penstock.toml", "open_only = true")

    assert (True, "../penstock.toml:1") == project.shown()["open_only"]
    assert (False, "PENSTOCK_OPEN_ONLY") == project.shown(PENSTOCK_OPEN_ONLY="0")["open_only"]
    assert (False, "flag --open-only") == project.shown("--no-open-only", PENSTOCK_OPEN_ONLY="1")["open_only"]


def test_pyproject_holds_settings_too(project: Project) -> None:
    """In a table of its own; keys of other tools are none of ours."""
    project.write("pyproject.toml", '[tool.other]\nrepo = "a/a"\n\n[tool.penstock]\ntransport = "rest"\nrepo = "b/b"\n')

    assert ("b/b", "../pyproject.toml:6") == project.shown()["repo"]
    assert ("rest", "../pyproject.toml:5") == project.shown()["transport"]


@pytest.mark.parametrize(
    "text", ['tool.penstock.repo = "b/b"', '[tool]\npenstock = {repo = "b/b"}', '["tool".penstock]\n"repo" = "b/b"']
)
def test_pyproject_may_be_written_as_toml_allows(project: Project, text: str) -> None:
    """Dotted keys, inline tables, quoted keys."""
    project.write("pyproject.toml", text)

    assert "b/b" == project.shown()["repo"][0]


def test_a_file_of_its_own_wins_and_the_other_is_named(project: Project) -> None:
    """Two files beside each other are probably a mistake."""
    project.write("pyproject.toml", '[tool.penstock]\nrepo = "b/b"\ntransport = "rest"\n')
    project.write("penstock.toml", 'repo = "a/a"\n')
    done = project.run("config", "show")

    assert (
        "note: [tool.penstock] in ../pyproject.toml is not read, because ../penstock.toml stands beside it"
        in done.stderr
    )
    assert (("a/a", "../penstock.toml:1"), ("auto", "default")) == tuple(
        project.shown()[key] for key in ("repo", "transport")
    )


def test_a_pyproject_of_others_does_not_matter(project: Project) -> None:
    """Not even when it is broken: it is another tool's."""
    project.write("pyproject.toml", "[tool.other\n")

    assert "default" == project.shown()["repo"][1]


def test_the_nearest_file_is_the_one(project: Project) -> None:
    """One further up is not read, and nothing outside of the repository is."""
    project.write("../penstock.toml", 'repo = "out/side"')
    assert (None, "default") == project.shown()["repo"]

    project.write("penstock.toml", 'repo = "a/a"\ntransport = "rest"')
    project.write("plans/penstock.toml", 'repo = "b/b"')
    assert (("b/b", "penstock.toml:1"), ("auto", "default")) == tuple(
        project.shown()[key] for key in ("repo", "transport")
    )


def test_outside_of_git_only_the_directory_itself_counts(project: Project) -> None:
    """Directories above may belong to anybody."""
    (project.root / ".git").rmdir()
    project.write("penstock.toml", 'repo = "a/a"')
    assert (None, "default") == project.shown()["repo"]

    project.write("plans/penstock.toml", 'repo = "b/b"')
    assert ("b/b", "penstock.toml:1") == project.shown()["repo"]


def test_a_state_directory_is_one_of_the_project(project: Project) -> None:
    """Wherever in the project the command is called."""
    project.write("penstock.toml", 'state_dir = "jobs"')

    assert ("../jobs", "../penstock.toml:1") == project.shown()["state_dir"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            'repo = "a/b"\nprofle = "auto"',
            'penstock.toml:2: there is no setting "profle"\nhint:  did you mean "profile"?',
        ),
        ('api-url = "x"', 'penstock.toml:1: there is no setting "api-url"\nhint:  did you mean "api_url"?'),
        ("zzz = 1", 'there is no setting "zzz"\nhint:  penstock help settings lists the settings'),
        ("profile = 3", "penstock.toml:1: profile must be text in quotes"),
        ("repo = true", "repo must be text in quotes"),
        ("max_writes = true", "max_writes must be a whole number"),
        ('max_writes = "7"', "max_writes must be a whole number"),
        ("max_writes = -1", "cannot use this max_writes\ncause: -1 is not in the range x>=0"),
        ('open_only = "yes"', "open_only must be true or false"),
        ('map = ["title=Summary"]', "map must be a table of texts"),
        ("map = {title = 3}", "map must be a table of texts"),
        ('map = {titel = "Summary"}', 'hint:  did you mean "title"?'),
        ('# a\n[map]\ntitel = "Summary"', "penstock.toml:2: cannot use this map"),
        ('profile = "documentd"', 'hint:  did you mean "documented"?'),
        ("repo = ", "penstock.toml:1: the settings file is not TOML\ncause: invalid value"),
        ('repo = "a"\nrepo = "b"', "penstock.toml:2: the settings file is not TOML\ncause: cannot overwrite a value"),
        ("a = " + "[" * 5000, "the settings file is not TOML"),
        ("# " + "x" * 1_000_000, "the settings file is too large"),
        ("\udcff", "the settings file is not UTF-8"),
    ],
)
def test_a_broken_file_is_explained(project: Project, text: str, complaint: str) -> None:
    """With its line, on every command, whether or not the command takes the setting."""
    (project.root / "penstock.toml").write_bytes(text.encode(errors="surrogateescape"))
    done = project.run("runs")

    assert (64, "") == (done.exit_code, done.stdout)
    assert complaint in done.stderr


def test_a_file_that_cannot_be_read_is_explained(project: Project) -> None:
    """A directory of that name, for example."""
    (project.root / "penstock.toml").mkdir()

    assert (
        "error: ../penstock.toml: the settings file cannot be read\ncause: is a directory" in project.run("runs").stderr
    )


@pytest.mark.parametrize(
    "line",
    [
        'api_url = "https://evil.example"',
        'author = ["mallory"]',
        "quiet = true",
        "verbose = true",
        'color = "never"',
        'profile = "ghes"',
        'profile = "lab"',
        'profile = "literal"',
        'state_dir = "/tmp/x"',
        'state_dir = "../../x"',
        'state_dir = "~/x"',
    ],
)
def test_a_repository_cannot_say_what_is_the_users_to_say(project: Project, line: str) -> None:
    """Somebody else may have written it: where tokens go, whom to trust, what to see, which limits to break."""
    project.write("penstock.toml", line)
    refused = project.run("limits")
    (project.root / "penstock.toml").unlink()
    project.write_own(line if "author" not in line else 'author = ["mona"]')

    assert 64 == refused.exit_code
    assert "cannot stand in a file of the repository" in refused.stderr
    assert "PENSTOCK_" in refused.stderr
    assert project.run("config", "show").exit_code == 0


@pytest.mark.parametrize("key", ["yes", "prune", "first", "accept_renames", "graph", "tag", "json", "json_stream"])
def test_what_is_decided_in_each_call_is_no_setting(project: Project, key: str) -> None:
    """Not in any file, and not in the environment."""
    project.write_own(f"{key} = true")
    done = project.run("config", "show")

    assert 64 == done.exit_code
    assert f"{key} is no setting\ncause: it is decided anew in each call" in done.stderr
    assert key not in settings_by_key()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("plan", "--help"), ("help", "settings")])
def test_help_does_not_read_files(project: Project, arguments: tuple[str, ...]) -> None:
    """Who has broken a file can still read how to mend it."""
    project.write("penstock.toml", "= broken")

    assert 0 == project.run(*arguments).exit_code


def test_a_wrong_variable_is_called_by_its_name(project: Project) -> None:
    """Nobody looks for an option that was not written."""
    done = project.run("limits", PENSTOCK_PROFILE="documentd")

    assert 64 == done.exit_code
    assert "error: invalid value for PENSTOCK_PROFILE: 'documentd' is not one of" in done.stderr
    assert 'hint:  did you mean "documented"?' in done.stderr


def test_a_variable_that_looks_like_a_setting_is_named(project: Project) -> None:
    """A misspelt variable would otherwise do nothing, silently."""
    done = project.run("config", "show", PENSTOCK_PROFIL="auto", PENSTOCK_GOLDEN="read", PENSTOCK_REPO="a/b")

    assert "note: PENSTOCK_PROFIL is not a setting; did you mean PENSTOCK_PROFILE?\n" == done.stderr


def test_origins_for_people(project: Project) -> None:
    """A table; without --origin values alone."""
    project.write("penstock.toml", 'map = {title = "Summary", key = "No"}\nopen_only = true\n')
    brief = project.run("config", "show").stdout.splitlines()
    long = project.run("config", "show", "--origin", PENSTOCK_AUTHOR="mona hubot").stdout.splitlines()

    assert "map             title=Summary, key=No" in brief
    assert "repo            not set" in brief
    assert "map             title=Summary, key=No   ../penstock.toml:1" in long
    assert "open_only       true                    ../penstock.toml:2" in long
    assert "author          mona, hubot             PENSTOCK_AUTHOR" in long


def test_a_setting_of_a_file_is_obeyed(project: Project) -> None:
    """Not only shown: the graph of the plan has what the file says."""
    project.write("plans/g.yaml", "tasks: [{key: a, title: A}, {key: b, title: B, state: completed}]")
    everything = json.loads(project.run("rehearse", "g.yaml", "--json").stdout)
    project.write("penstock.toml", "open_only = true")
    some = json.loads(project.run("rehearse", "g.yaml", "--json").stdout)

    assert (3, 1) == (everything["operations"], some["operations"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(project: Project, name: str) -> None:
    """Each is valid in the draft it names."""
    found = json.loads(project.run("config", "schema", "--of", name).stdout)

    jsonschema.validators.validator_for(found).check_schema(found)


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        ({"repo": "a/b", "profile": "auto", "max_writes": 1, "open_only": True, "map": {"title": "T"}}, True),
        ({"profile": "fast"}, False),
        ({"profile": 3}, False),
        ({"max_writes": -1}, False),
        ({"open_only": "yes"}, False),
        ({"map": {"titel": "T"}}, False),
        ({"author": "mona"}, False),
        ({"prune": True}, False),
    ],
)
def test_the_schema_of_settings_judges_as_the_command_does(document: dict[str, Any], valid: bool) -> None:
    """An editor marks what the command would refuse."""
    validator = jsonschema.Draft7Validator(config_schema())

    assert valid == validator.is_valid(document)


def test_a_column_can_hold_every_field_of_a_task() -> None:
    """The list stands in two places, for a quick start."""
    assert {name for name in NativeTask.__struct_fields__ if name != "tasks"} == set(FIELDS)
