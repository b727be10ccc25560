"""Where requests go: API roots, the place of GraphQL, proxies."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from penstock.base.errors import EXIT_USAGE, UsageError
from penstock.io.http import HttpTransport, graphql_url
from penstock.model.ports import Request

CANARY = "ghp_Canary0123456789Canary0123456789"
CLIENT = """
import asyncio, sys
from penstock.base.errors import TransportError
from penstock.io.http import HttpTransport
from penstock.model.ports import Request

async def main():
    transport = HttpTransport(sys.argv[1], "t0ken")
    try:
        print((await transport.send(Request("GET", "/user"), 10.0)).status)
    except TransportError as error:
        print(type(error).__name__, error)
    await transport.close()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql"),
        ("https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
        ("http://127.0.0.1:8080/sim", "http://127.0.0.1:8080/sim/graphql"),
    ],
)
def test_graphql_has_its_own_place(api_url: str, expected: str) -> None:
    """Beside REST on GitHub Enterprise Server, below the root everywhere else."""
    assert expected == graphql_url(api_url)


@pytest.mark.parametrize(
    "api_url",
    ["", "api.github.com", "ftp://ghe.example", "https://", "https://u:p@ghe.example", "https://x/?a=1", "http://x:y"],
)
def test_what_is_no_api_root_is_refused(api_url: str) -> None:
    """Before anything is sent, exit code 64."""
    with pytest.raises(UsageError, match="API root") as caught:
        HttpTransport(api_url, CANARY)

    assert EXIT_USAGE == caught.value.exit_code


async def test_a_path_cannot_leave_the_root() -> None:
    """The token goes to one server."""
    transport = HttpTransport("https://api.github.com", CANARY)

    with pytest.raises(ValueError, match="begins with a slash"):
        await transport.send(Request("GET", "@evil.example/"), 1.0)


async def sent_through_proxy(api_url: str, environ: Mapping[str, str]) -> tuple[bytes, str]:
    """What a proxy on this machine got, and what a client with that environment printed."""
    got: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, api_url,
            env={name: value.replace("PROXY", address) for name, value in environ.items()},
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed = (await client.communicate())[0].decode().strip()
    return b"".join(got), printed


async def test_the_proxy_of_the_environment_is_used() -> None:
    """With its own password, for plain and for encrypted servers; what is meant for the server stays from it."""
    environ = {"http_proxy": "http://user:pass@PROXY", "https_proxy": "PROXY"}
    plain, plain_said = await sent_through_proxy("http://ghe.example/api/v3", environ)
    secure, secure_said = await sent_through_proxy("https://ghe.example/api/v3", environ)

    assert plain.startswith(b"GET http://ghe.example/api/v3/user HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in plain
    assert "503" == plain_said
    assert secure.startswith(b"CONNECT ghe.example:443 HTTP/1.1\r\n")
    assert b"t0ken" not in secure
    assert 1 == plain.count(b"t0ken")
    assert secure_said.startswith("NotSent")


@pytest.mark.parametrize("api_url", ["http://127.0.0.1:1", "http://localhost:1", "http://ghe.example:1"])
async def test_some_servers_need_no_proxy(api_url: str) -> None:
    """This machine, as the simulator runs on it, and what `no_proxy` names."""
    got, said = await sent_through_proxy(api_url, {"http_proxy": "http://PROXY", "no_proxy": "ghe.example"})

    assert b"" == got
    assert said.startswith("NotSent")


async def test_a_netrc_is_not_read(tmp_path: Path) -> None:
    """A password for the host in `~/.netrc` neither replaces the token nor stops the request."""
    (tmp_path / ".netrc").write_text("machine ghe.example login mona password other\n")
    got, said = await sent_through_proxy("http://ghe.example", {"HOME": str(tmp_path), "http_proxy": "http://PROXY"})

    assert b"Authorization: Bearer t0ken\r\n" in got
    assert 1 == got.count(b"t0ken")
    assert "503" == said
