"""
How long `penstock --help` takes, and what it must not import.

    python bench/startup.py [--json]

Best of five runs of the installed command, wall time, interpreter start included. The figure stays small only while
help is printed without the HTTP client, the screens, the decoder and the database; any of them is a failure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 5
HEAVY = ("aiohttp", "msgspec", "rich", "sqlalchemy")

_LOADED = """
import json, sys
from penstock.cli.main import main
sys.argv = ["penstock", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def help_ms() -> float:
    """Wall milliseconds of the fastest of `ROUNDS` runs of `penstock --help`."""
    command = [str(Path(sys.executable).with_name("penstock")), "--help"]
    return min(_wall_ms(command) for _ in range(ROUNDS))


def _wall_ms(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def heavy_imports(*arguments: str) -> list[str]:
    """Which packages of `HEAVY` the command has imported when it ends."""
    done = subprocess.run([sys.executable, "-c", _LOADED, *arguments], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    return [name for name in HEAVY if name in loaded]


def main() -> int:
    """Print the figure; exit 1 if help imports what it does not need."""
    parser = argparse.ArgumentParser(description="How long `penstock --help` takes.")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    as_json = parser.parse_args().json

    heavy = heavy_imports("--help")
    figure = round(help_ms(), 1)
    if heavy:
        print(f"penstock --help imports {', '.join(heavy)}", file=sys.stderr)
    print(json.dumps({"help_ms": figure}) if as_json else f"penstock --help: {figure} ms, best of {ROUNDS}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
