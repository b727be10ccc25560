"""What git knows about where the user stands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

_REMOTE = re.compile(
    r"""(?: (?:https?|ssh|git|git\+ssh)://[^/]+/   # https://github.com/octo/widgets.git, ssh://git@github.com:22/…
          | (?:[^/@:]+@)?[^/:]{2,}: )             # git@github.com:octo/widgets.git, but not C:/widgets
        /?(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?/?""",
    re.VERBOSE,
)


def origin_repository(path: str | Path = ".") -> str | None:
    """
    `owner/name` of the remote `origin` of the repository that `path` stands in.

    Returns:
        None without git, without a repository, without `origin`, or when `origin` is no `owner/name` on a server.
    """
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command; `path` is one argument)
            [git, "-C", str(path), "remote", "get-url", "origin"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _REMOTE.fullmatch(done.stdout.decode(errors="replace").strip())
    return f"{match['owner']}/{match['name']}" if done.returncode == 0 and match else None
