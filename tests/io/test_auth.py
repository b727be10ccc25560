"""The token comes from one named place and stands in no text."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from penstock.base.errors import EXIT_AUTH, AccessError
from penstock.io.auth import Token, find_token, host_of, redact

CANARY = "ghp_Canary0123456789Canary0123456789"


def gh(directory: Path, script: str) -> str:
    """A `gh` of our own; returns a PATH with it."""
    program = directory / "gh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{directory}:/usr/bin:/bin"


@pytest.mark.parametrize(
    ("host", "environ", "expected"),
    [
        ("github.com", {"GH_TOKEN": "a", "GITHUB_TOKEN": "b", "GH_ENTERPRISE_TOKEN": "c"}, ("a", "GH_TOKEN")),
        ("github.com", {"GH_TOKEN": " ", "GITHUB_TOKEN": "b\n"}, ("b", "GITHUB_TOKEN")),
        ("octo.ghe.com", {"GITHUB_TOKEN": "b", "GH_ENTERPRISE_TOKEN": "c"}, ("b", "GITHUB_TOKEN")),
        ("ghe.example", {"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "c"}, ("c", "GH_ENTERPRISE_TOKEN")),
        ("ghe.example", {"GH_TOKEN": "a", "GITHUB_ENTERPRISE_TOKEN": "d"}, ("d", "GITHUB_ENTERPRISE_TOKEN")),
        ("127.0.0.1", {"GH_TOKEN": "a"}, ("a", "GH_TOKEN")),
        ("localhost", {"GITHUB_TOKEN": "b"}, ("b", "GITHUB_TOKEN")),
        ("::1", {"GITHUB_TOKEN": "b", "GH_ENTERPRISE_TOKEN": "c"}, ("c", "GH_ENTERPRISE_TOKEN")),
    ],
)
def test_the_environment_comes_first(host: str, environ: dict[str, str], expected: tuple[str, str]) -> None:
    """In the order of GitHub's own command line; a simulator on this machine takes any."""
    token = find_token(host, environ)

    assert expected == (token.value, token.source)


@pytest.mark.parametrize("host", ["ghe.example", "github.com.evil.example", "evilghe.com", "10.0.0.1"])
def test_a_github_token_goes_nowhere_else(host: str) -> None:
    """A server that is not GitHub's never sees the token for it."""
    with pytest.raises(AccessError):
        find_token(host, {"GH_TOKEN": CANARY, "GITHUB_TOKEN": CANARY, "PATH": ""})


def test_gh_is_asked_last(tmp_path: Path) -> None:
    """For the host, as one argument."""
    path = gh(tmp_path, 'test "$*" = "auth token --hostname ghe.example" && echo from-gh')

    assert ("from-gh", "gh auth token") == (
        find_token("ghe.example", {"PATH": path}).value,
        find_token("ghe.example", {"PATH": path}).source,
    )
    assert "own" == find_token("ghe.example", {"PATH": path, "GH_ENTERPRISE_TOKEN": "own"}).value


@pytest.mark.parametrize("script", ["echo no oauth token >&2; exit 1", "exit 0", "echo half; exit 1", "kill -9 $$"])
def test_without_any_token_the_hint_says_what_to_set(tmp_path: Path, script: str) -> None:
    """Whatever `gh` does, also when it is missing: variables, permissions, exit code 4."""
    for path in (gh(tmp_path, script), ""):
        with pytest.raises(AccessError) as caught:
            find_token("github.com", {"PATH": path})

        assert EXIT_AUTH == caught.value.exit_code
        assert "GH_TOKEN and GITHUB_TOKEN are not set" in caught.value.cause
        assert "`repo`" in caught.value.hint
        assert "Issues: write and Metadata: read" in caught.value.hint


@pytest.mark.parametrize("value", [f"{CANARY}\r\nX-Evil: 1", f"Bearer {CANARY}", f"{CANARY}é"])
def test_what_no_header_can_carry_is_refused(value: str) -> None:
    """Without showing it."""
    with pytest.raises(AccessError, match="GH_TOKEN") as caught:
        find_token("github.com", {"GH_TOKEN": value})

    assert CANARY not in "".join([*traceback.format_exception(caught.value), caught.value.cause, caught.value.hint])


def test_a_token_does_not_show_itself() -> None:
    """In no text form."""
    token = Token(CANARY, "GH_TOKEN")

    assert "Token(from GH_TOKEN)" == repr(token) == str(token) == f"{token}"


@pytest.mark.parametrize("letter", "pousr")
def test_tokens_are_blotted_out(letter: str) -> None:
    """Every kind that GitHub gives out, in the middle of any text."""
    token = f"gh{letter}_" + "A1b2" * 9

    assert "before [redacted], after" == redact(f"before {token}, after")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github_pat_11ABC_def0123456789", "[redacted]"),
        ("ghs_123_eyJhbGciOi.eyJpc3Mi-x.c2ln_x.", "[redacted]."),
        ("Authorization: Bearer s3cret-value", "Authorization: [redacted]"),
        ("authorization: token s3cret", "authorization: [redacted]"),
        ("{'Authorization': 'Bearer s3cret', 'A': 1}", "{'Authorization': '[redacted]', 'A': 1}"),
        ('{"authorization":"s3cret"}', '{"authorization":"[redacted]"}'),
        ("(b'Authorization', b'Bearer s3cret')", "(b'Authorization', b'[redacted]')"),
        ("Proxy-Authorization: Basic dXNlcg==", "Proxy-Authorization: [redacted]"),
        ("https://user:s3cret@proxy.example:80/x", "https://[redacted]@proxy.example:80/x"),
        ("the weight of light, mona@example.com, gh_pages", "the weight of light, mona@example.com, gh_pages"),
        ("Authorization failed: see https://github.com/octo", "Authorization failed: see https://github.com/octo"),
    ],
)
def test_headers_are_blotted_out(text: str, expected: str) -> None:
    """In the forms in which headers are printed; what is no secret stays."""
    assert expected == redact(text)


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("https://api.github.com", "github.com"),
        ("https://API.GitHub.com/", "github.com"),
        ("https://api.octo.ghe.com", "octo.ghe.com"),
        ("https://ghe.example/api/v3", "ghe.example"),
        ("https://api.ghe.example:8443/api/v3", "api.ghe.example"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("http://[::1]:8080", "::1"),
    ],
)
def test_the_host_of_an_api_is_the_one_tokens_are_kept_for(api_url: str, expected: str) -> None:
    """As `gh` names it."""
    assert expected == host_of(api_url)
