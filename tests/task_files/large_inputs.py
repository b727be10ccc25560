"""
Large task files, made on the spot: `python tests/task_files/large_inputs.py [SCALE] [NAME…]`.

At scale 1 they have a million lines or 100 MB. Each is read in a process of its own that may use 6 GB of memory and
ten minutes of CPU; what is printed is the time, the memory, and the number of tasks or the refusal.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

MEMORY_BYTES_MAX = 6_000_000_000
CPU_S_MAX = 600
LINES = 1_000_000
BYTES = 99_000_000
WORD = "lorem ipsum "


def _json_rows(scale: float) -> str:
    return ",\n".join(_jsonl_rows(scale).splitlines())


def _jsonl_rows(scale: float) -> str:
    return "".join(f'{{"key": "k{n}", "title": "Task {n}"}}\n' for n in range(int(LINES * scale)))


def _jsonl_chain(scale: float) -> str:
    rows = (
        f'{{"key": "k{n}", "title": "Task {n}", "depends_on": ["k{n - 1}"]}}\n' for n in range(1, int(LINES * scale))
    )
    return '{"key": "k0", "title": "Task 0"}\n' + "".join(rows)


def _long(scale: float) -> str:
    return WORD * int(BYTES * scale / len(WORD))


INPUTS: Mapping[str, Callable[[float], tuple[str, str]]] = MappingProxyType(
    {
        "csv lines": lambda s: ("x.csv", "key,title\n" + "".join(f"k{n},Task {n}\n" for n in range(int(LINES * s)))),
        "csv derived keys": lambda s: ("x.csv", "title\n" + "".join(f"Task {n}\n" for n in range(int(LINES * s)))),
        "csv bodies": lambda s: (
            "x.csv",
            "key,title,body\n" + "".join(f'k{n},Task {n},"{WORD * 800}"\n' for n in range(int(BYTES * s / 9_620))),
        ),
        "csv one cell": lambda s: ("x.csv", "key,title,body\na,b," + _long(s)),
        "csv open quote": lambda s: ("x.csv", 'key,title\na,"' + "b\n" * int(BYTES * s / 2)),
        "csv wide": lambda s: ("x.csv", "title" + ",ab" * int(BYTES * s / 3) + "\na\n"),
        "csv long row": lambda s: ("x.csv", "title\na" + ",ab" * int(BYTES * s / 3) + "\n"),
        "csv one list": lambda s: (
            "x.csv",
            "title,labels,labels\n" + "".join(f"t{n},{'a;' * 60_000},\n" for n in range(int(BYTES * s / 120_000))),
        ),
        "csv unknown parents": lambda s: (
            "x.csv",
            "key,title,parent\n" + "".join(f"{n:0120},t,x{n:0119}\n" for n in range(int(BYTES * s / 244))),
        ),
        "csv accents": lambda s: ("x.csv", "title\na" + "\u0316\u0301" * 500_000 + "\n"),
        "csv blank lines": lambda s: ("x.csv", "key,title\n" + "\n" * int(BYTES * s) + "a,b\n"),
        "jsonl lines": lambda s: ("x.jsonl", _jsonl_rows(s)),
        "jsonl chain": lambda s: ("x.jsonl", _jsonl_chain(s)),
        "jsonl blocks": lambda s: ("x.jsonl", "{}\n" * int(BYTES * s / 3)),
        "jsonl one line": lambda s: ("x.jsonl", json.dumps({"key": "a", "title": "b", "body": _long(s)})),
        "json lines": lambda s: ("x.json", f'{{"tasks": [{_json_rows(s)}]}}'),
        "json blocks": lambda s: ("x.json", '{"tasks": [{}' + ",{}" * int(BYTES * s / 3) + "]}"),
        "json scalars": lambda s: ("x.json", '{"tasks": [11' + ",11" * int(BYTES * s / 3) + "]}"),
        "json keys": lambda s: (
            "x.json",
            "{" + ",".join(f'"{n}":1' for n in range(int(BYTES * s / 12))) + "}",
        ),
        "json brackets": lambda s: ("x.json", "[" * int(BYTES * s)),
        "json one text": lambda s: ("x.json", json.dumps({"tasks": [{"key": "a", "title": "b", "body": _long(s)}]})),
        "yaml lines": lambda s: (
            "x.yaml",
            "tasks:\n" + "".join(f"- key: k{n}\n  title: Task {n}\n" for n in range(int(LINES * s / 2))),
        ),
        "yaml flow": lambda s: ("x.yaml", "tasks: [" + "{key: a, title: b}, " * int(BYTES * s / 20) + "]"),
        "yaml blocks": lambda s: ("x.yaml", "tasks: [{}" + ",{}" * int(BYTES * s / 3) + "]"),
        "yaml scalars": lambda s: ("x.yaml", "tasks: [11" + ",11" * int(BYTES * s / 3) + "]"),
        "yaml one text": lambda s: ("x.yaml", f"tasks:\n- key: a\n  title: b\n  body: {_long(s)}"),
        "yaml block text": lambda s: (
            "x.yaml",
            "tasks:\n- key: a\n  title: b\n  body: |\n" + "    lorem ipsum\n" * int(LINES * s),
        ),
        "yaml brackets": lambda s: ("x.yaml", "[" * int(BYTES * s)),
        "yaml dashes": lambda s: ("x.yaml", "- " * int(BYTES * s / 2)),
        "spec-kit lines": lambda s: (
            "x.md",
            "# Tasks: f\n## Phase 1: a\n" + "".join(f"- [ ] T{n:07} [P] x\n" for n in range(int(LINES * s) - 3)),
        ),
        "spec-kit knot": lambda s: (
            "x.md",
            "# Tasks: f\n## Phase 1: a\n"
            + "".join(f"- [ ] T{n:07} x (depends on T{n + 1:07})\n" for n in range(int(LINES * s / 2)))
            + f"- [ ] T{int(LINES * s / 2):07} x\n",
        ),
        "spec-kit one title": lambda s: ("x.md", "# Tasks: f\n- [ ] T001 " + "depends on T001, " * int(BYTES * s / 17)),
        "spec-kit long word": lambda s: ("x.md", "# Tasks: " + "a" * int(BYTES * s) + "\n- [ ] T001 x\n"),
        "spec-kit phases": lambda s: (
            "x.md",
            "# Tasks: f\n" + "".join(f"## Phase {n}: Name{n}\n- [ ] T{n:07} x\n" for n in range(int(LINES * s / 2))),
        ),
        "spec-kit order": lambda s: (
            "x.md",
            "# Tasks: f\n"
            + "".join(f"## Phase {n}: Name{n}\n- [ ] T{n:07} x\n" for n in range(int(LINES * s / 6)))
            + "## Dependencies\n"
            + "".join(f"- Phase {n}: depends on all user stories, phase 1-9\n" for n in range(int(LINES * s / 6))),
        ),
        "markdown items": lambda s: ("x.md", "# f\n" + "".join(f"- [ ] Task {n}\n" for n in range(int(LINES * s) - 2))),
        "markdown too long": lambda s: ("x.md", "- [ ] a\n" + "\n" * int(BYTES * s)),
        "markdown table": lambda s: ("x.md", "- [ ] a\n\n| a | b |\n|---|---|\n" + "| c | d |\n" * int(LINES * s - 5)),
        "markdown wide table": lambda s: (
            "x.md",
            "- [ ] a\n\n" + "|a" * int(BYTES * s / 6) + "|\n" + "|-" * int(BYTES * s / 6) + "|\n|b|\n",
        ),
        "markdown marks": lambda s: ("x.md", "- [ ] a\n\n" + "*a _b `c " * int(BYTES * s / 9)),
        "markdown text": lambda s: ("x.md", "# f\n- [ ] a\n\n" + "lorem ipsum\n\n" * int(LINES * s / 2)),
        "markdown one line": lambda s: ("x.md", "# f\n- [ ] a\n\n" + _long(s)),
        "markdown headings": lambda s: ("x.md", "".join(f"# Task {n}\n" for n in range(int(LINES * s)))),
        "markdown quotes": lambda s: ("x.md", "# f\n- [ ] a\n\n" + "> " * int(BYTES * s / 2)),
        "markdown brackets": lambda s: ("x.md", "# f\n- [ ] a\n\n" + "[" * int(BYTES * s)),
    }
)


def read(name: str, scale: float) -> str:
    """Make and read one input in this process; returns what happened."""
    from penstock.base.errors import InputError
    from penstock.io.task_files import load_graph

    path, text = INPUTS[name](scale)
    data = text.encode()
    del text
    before = time.process_time()
    try:
        found = f"{len(load_graph(path, text=data).tasks)} tasks"
    except InputError as error:
        found = f"refused on line {error.line}: {error.message}"
    cpu_s = time.process_time() - before
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{name:20} {len(data) / 1e6:6.1f} MB {cpu_s:7.2f} s {memory_mb:6} MB  {found}"


def read_apart(names: Sequence[str], scale: float, cpu_s_max: int) -> subprocess.CompletedProcess[str]:
    """The same in one process of its own, with a limit on its memory and CPU."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s_max, cpu_s_max))

    command = [sys.executable, __file__, "--here", str(scale), *names]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)


def main(arguments: list[str]) -> None:
    """See the module."""
    if arguments[:1] == ["--here"]:
        for name in arguments[2:]:
            print(read(name, float(arguments[1])))
        return
    scale = float(arguments[0]) if arguments else 1.0
    for name in arguments[1:] or INPUTS:
        done = read_apart([name], scale, CPU_S_MAX)
        print(done.stdout.rstrip() or f"{name:20} ended with {done.returncode}: {done.stderr[-300:]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
