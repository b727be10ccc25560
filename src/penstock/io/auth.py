"""Where the token comes from, and how it stays out of every text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from penstock.base.errors import AccessError

_SECRETS = re.compile(
    r"\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_-]+)*"  # ghs_ tokens may be a JWT with dots
    r"|(?<=://)[^/\s@]+(?=@)"
)
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization\b['\"]?\s*[:=,]\s*(?:b?['\"])?)(?:(?:bearer|token|basic)\s+)?[^\s'\",;]+"
)
_MASK = "[redacted]"


class Token(msgspec.Struct, frozen=True):
    """
    A secret and where it was found, e.g. `GH_TOKEN`.

    Its text form leaves the value out, so it may stand in a log or a traceback.
    """

    value: str
    source: str

    def __repr__(self) -> str:
        return f"Token(from {self.source})"


def redact(text: str) -> str:
    """Put `[redacted]` for everything that looks like a token, an Authorization header or a password in a URL."""
    return _HEADER.sub(rf"\1{_MASK}", _SECRETS.sub(_MASK, text))


def host_of(api_url: str) -> str:
    """
    The host that tokens are kept for: `github.com` for `https://api.github.com`, `x.ghe.com` for `api.x.ghe.com`.

    The port is left out, as `gh` does.
    """
    host = (urlsplit(api_url).hostname or "").lower()
    if host == "api.github.com" or host.endswith(".ghe.com"):
        return host.removeprefix("api.")
    return host


def find_token(host: str, environ: Mapping[str, str] = os.environ) -> Token:
    """
    The token for a host: from the environment, else from `gh auth token`.

    Args:
        host: As `host_of` gives it. A token meant for github.com goes to github.com, `*.ghe.com` and this machine
            only; other servers have variables of their own.

    Raises:
        AccessError: There is none, or it cannot be one.

    Source: https://cli.github.com/manual/gh_help_environment
    """
    names = _variables(host)
    for name in names:
        if value := environ.get(name, "").strip():
            return _checked(Token(value, name))
    if value := _ask_gh(host, environ):
        return _checked(Token(value, "gh auth token"))
    raise AccessError(
        f"there is no token for {host}",
        cause=f"{' and '.join(names)} are not set, and `gh auth token --hostname {host}` gave none",
        hint=f"set {names[0]} to a token with the classic scope `repo`, or a fine-grained one with the permissions"
        " Issues: write and Metadata: read",
    )


def _variables(host: str) -> tuple[str, ...]:
    own = ("GH_TOKEN", "GITHUB_TOKEN")
    if host == "github.com" or host.endswith(".ghe.com"):
        return own
    enterprise = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    return (*enterprise, *own) if is_loopback(host) else enterprise


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine: what is sent there stays here."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _ask_gh(host: str, environ: Mapping[str, str]) -> str:
    gh = shutil.which("gh", path=environ.get("PATH"))
    if gh is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command; `host` is one argument)
            [gh, "auth", "token", "--hostname", host],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def _checked(token: Token) -> Token:
    if re.fullmatch(r"[!-~]+", token.value):
        return token
    raise AccessError(
        f"{token.source} holds no token",
        cause="it contains spaces, line breaks or characters that a header cannot carry",
        hint=f"set {token.source} to the token alone",
    )
