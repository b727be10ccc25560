"""Help and the bare package are there at once: nothing heavy is imported before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.startup import HEAVY, heavy_imports


def test_help_imports_nothing_heavy() -> None:
    """`penstock --help` loads neither the HTTP client nor the screens, the decoder or the database."""
    assert [] == heavy_imports("--help")


def test_the_package_opens_lazily() -> None:
    """`import penstock` costs nothing until a name is taken from it."""
    program = "import json, sys, penstock; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", program]))

    assert "penstock" in loaded
    assert [] == [name for name in loaded if name in HEAVY]
