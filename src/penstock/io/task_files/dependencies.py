"""From what a document writes in its dependencies to keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from penstock.base.errors import InputError
from penstock.io.task_files.attributes import Attribute
from penstock.io.task_files.placement import Placed
from penstock.io.task_files.references import fold, name_tasks, references
from penstock.io.task_files.typed import suggestion


class Names:
    """What the tasks of a document may be called, case and blanks aside."""

    def __init__(self, placed: Sequence[Placed], keys: Sequence[str]) -> None:
        self._keys = set(keys)
        self._meant: dict[str, list[str]] = {}
        for one, key in zip(placed, keys, strict=True):
            number = one.title.nick.rpartition(" ")[2]
            dotted = number if "." in number else ""
            for name in {fold(key), fold(one.title.text), fold(one.title.nick), dotted} - {""}:
                self._meant.setdefault(name, []).append(key)

    def __contains__(self, folded: object) -> bool:
        return folded in self._meant

    def takes(self, attribute: Attribute) -> bool:
        """Whether something that looks like an attribute is one: a dependency has to name a task."""
        return attribute.name != "depends_on" or name_tasks(attribute.value, self, all_of_it=attribute.bare)

    def keys(self, attribute: Attribute, key: str, path: str) -> list[str]:
        """
        The keys of the tasks that the task `key` depends on. What looks like an id and is none here stays as written.

        Raises:
            InputError: A name means several tasks, or none and does not look like an id.
        """
        found: list[str] = []
        for reference in references(attribute.value, self):
            meant = self.meant(reference.name)
            if len(meant) > 1:
                raise InputError(
                    f'task "{key}" depends on "{reference.name}", which is not one task',
                    path=path,
                    line=attribute.line + 1,
                    cause=f"{len(meant)} tasks are called so: {', '.join(meant[:5])}",
                    hint="name it by its key, or give each of them its own id",
                )
            if not meant and not reference.certain:
                raise InputError(
                    f'task "{key}" depends on "{reference.name[:80]}", which is no task in this file',
                    path=path,
                    line=attribute.line + 1,
                    cause="the other names beside it are tasks or look like ids, so all of them have to be",
                    hint=suggestion(reference.name, self._meant) or "put the key of a task in another file in quotes",
                )
            found += meant or [reference.name]
        return found

    def meant(self, name: str) -> Sequence[str]:
        """Keys of the tasks called so. A key means its own task, whatever else is called like it."""
        return [name] if name in self._keys else self._meant.get(fold(name), [])

    def known_or_as_written(self, names: Iterable[str]) -> list[str]:
        """Keys for names that can mean nothing but tasks."""
        return [meant[0] if len(meant := self.meant(name)) == 1 else name for name in names]
