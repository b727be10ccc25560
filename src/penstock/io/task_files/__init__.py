"""Task files: whatever a user plans in becomes one checked `TaskGraph`, or an error that names the line."""

from __future__ import annotations

from penstock.io.task_files.reader import load_graph
from penstock.io.task_files.schema import native_schema

__all__ = ["load_graph", "native_schema"]
