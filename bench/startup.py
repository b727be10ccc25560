"""
How long `penstock --help` takes, and what it must not import.

    python bench/startup.py [--json]

`help_ms` is the best of five runs of the installed command, wall time, interpreter start included; `python_ms` beside
it is what the interpreter alone takes to do nothing. The figure stays small only while help is printed without the
HTTP client, the screens, the decoder and the database; any of them is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import options, show

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


def best_ms(*command: str) -> float:
    """Wall milliseconds of the fastest of `ROUNDS` runs."""
    return round(min(_wall_ms(command) for _ in range(ROUNDS)), 1)


def _wall_ms(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def heavy_imports(*arguments: str) -> list[str]:
    """Which packages of `HEAVY` the command has imported when it ends."""
    done = subprocess.run([sys.executable, "-c", _LOADED, *arguments], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    return [name for name in HEAVY if name in loaded]


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit 1 if help imports what it does not need."""
    chosen = options(__doc__).parse_args(arguments)
    heavy = heavy_imports("--help")
    if heavy:
        print(f"penstock --help imports {', '.join(heavy)}", file=sys.stderr)
    penstock = str(Path(sys.executable).with_name("penstock"))
    show(
        {"help_ms": best_ms(penstock, "--help"), "python_ms": best_ms(sys.executable, "-c", "")}, as_json=chosen.as_json
    )
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
