"""The tutorial's commands do what the tutorial shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tutorial_says_what_happens() -> None:
    """From a PRD to issues, with a killed process in between: exit codes, and every screen that is always the same."""
    done = subprocess.run(
        [sys.executable, "tools/tutorial.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ("tutorial.md says what happens\n", 0) == (done.stdout, done.returncode), done.stderr
