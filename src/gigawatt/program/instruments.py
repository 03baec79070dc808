"""Which instruments a programme may name: those that declare themselves in their own files.

A module of the folder `HOME` with a name (`KIND`) and a declaration (`SPEC`, see `kind`) is an
instrument, as a plug-in is. What a programme file may say of it, the JSON Schema, the reference of
the file format and the pages of the docs come from that file, which also holds the arithmetic.
`program` knows the folder by its name alone and reads `KIND` and `SPEC`, never a function that pays
anything; the folder is read when a kind is first asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

from gigawatt.program.kind import Kind

HOME = "gigawatt.money.instruments"


class DeclarationError(TypeError):
    """A file of the folder does not declare its instrument as `kind.Kind` asks."""


def instrument_files(home: str) -> list[ModuleType]:
    """All modules of a package, by their `ORDER` (in which they settle), then by name of the kind.

    Raises
    ------
    DeclarationError : a file without `KIND`, `ORDER` or `SPEC`, two of one kind, or a declaration
        that names a term, role or date that it does not have.
    """
    package = importlib.import_module(home)
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{home}.{name}") for name in names]
    seen: dict[str, str] = {}
    for module in found:
        _check(module, seen)
    return sorted(found, key=lambda m: (m.ORDER, m.KIND))


def _check(module: ModuleType, seen: dict[str, str]) -> None:
    for name, kind in (("KIND", str), ("ORDER", int | float), ("SPEC", Kind)):
        if not isinstance(getattr(module, name, None), kind):
            raise DeclarationError(f"{module.__file__}: an instrument needs {name} ({kind})")
    if module.KIND in seen:
        raise DeclarationError(f"{module.__file__}: {module.KIND} is also in {seen[module.KIND]}")
    seen[module.KIND] = str(module.__file__)
    for mistake in module.SPEC.mistakes():
        raise DeclarationError(f"{module.__file__}: SPEC of {module.KIND} has {mistake}")


class Kinds(Mapping[str, Kind]):
    """Declarations by kind, read from a folder when first needed."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._found: dict[str, Kind] | None = None

    def _all(self) -> dict[str, Kind]:
        if self._found is None:
            self._found = {m.KIND: m.SPEC for m in instrument_files(self.home)}
        return self._found

    def __getitem__(self, name: str) -> Kind:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


KINDS = Kinds(HOME)


def site_kinds() -> tuple[str, ...]:
    """Kinds that cover blocks of sites."""
    return tuple(name for name, kind in KINDS.items() if kind.site_roles)
