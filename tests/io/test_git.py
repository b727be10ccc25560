"""What git's `origin` says about where the user stands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from penstock.io.git import origin_repository


def repository(path: Path, origin: str | None) -> Path:
    """A repository whose `origin` is that."""
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    if origin is not None:
        subprocess.run(["git", "-C", str(path), "remote", "add", "origin", origin], check=True)
    return path


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://github.com/octo/widgets.git", "octo/widgets"),
        ("https://github.com/octo/widgets", "octo/widgets"),
        ("https://github.com/octo/widgets/", "octo/widgets"),
        ("https://user:secret@ghe.example:8443/octo/widgets.git", "octo/widgets"),
        ("git@github.com:octo/widgets.git", "octo/widgets"),
        ("github.com:octo/widgets", "octo/widgets"),
        ("ssh://git@github.com:22/octo/widgets.git", "octo/widgets"),
        ("git://github.com/octo/wid.gets.git", "octo/wid.gets"),
        ("/srv/git/octo/widgets.git", None),
        ("../octo/widgets", None),
        ("file:///srv/octo/widgets.git", None),
        ("C:/octo/widgets", None),
        ("https://gitlab.example/group/sub/widgets.git", None),
        ("https://github.com/octo", None),
        (None, None),
    ],
)
def test_origin_is_read_as_owner_and_name(tmp_path: Path, origin: str | None, expected: str | None) -> None:
    """In every form in which git takes it; what is no `owner/name` on a server is none."""
    assert expected == origin_repository(repository(tmp_path, origin))


def test_it_is_found_from_below(tmp_path: Path) -> None:
    """As git does."""
    below = repository(tmp_path, "https://github.com/octo/widgets.git") / "docs"
    below.mkdir()

    assert "octo/widgets" == origin_repository(below)


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    """Also where there is not even a directory."""
    assert None is origin_repository(tmp_path)
    assert None is origin_repository(tmp_path / "missing")
