"""Penstock: large-scale batch work on the GitHub API. Names are loaded when they are first asked for."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.api.client import Client
    from penstock.base.errors import PenstockError
    from penstock.io.task_files import load_graph
    from penstock.model.config import BatchConfig, Config
    from penstock.model.operation import Operation
    from penstock.model.plan import Plan
    from penstock.model.task import Task, TaskGraph

    __version__: str

__all__ = [
    "BatchConfig",
    "Client",
    "Config",
    "Operation",
    "PenstockError",
    "Plan",
    "Task",
    "TaskGraph",
    "__version__",
    "load_graph",
]

_HOMES = MappingProxyType(
    {
        "BatchConfig": "penstock.model.config",
        "Client": "penstock.api.client",
        "Config": "penstock.model.config",
        "Operation": "penstock.model.operation",
        "PenstockError": "penstock.base.errors",
        "Plan": "penstock.model.plan",
        "Task": "penstock.model.task",
        "TaskGraph": "penstock.model.task",
        "load_graph": "penstock.io.task_files",
    }
)


def __getattr__(name: str) -> Any:
    """Load a public name. Source: https://peps.python.org/pep-0562/"""
    if name == "__version__":
        return import_module("penstock.api.version").VERSION
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'penstock' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
