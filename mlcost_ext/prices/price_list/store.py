"""Where AWS's price lists are kept: a file for each region, replaced as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

from mlcost_ext.core.job import Problem

from .offer import REGION
from .region_list import RegionList, from_document, to_document
from .sealed import read_sealed, write_sealed

BEFORE = "before"
"""The folder, beside the lists, of those that the last refresh replaced."""


class Store:
    """The folder of the lists, ``<home>/prices``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, region_id: str) -> Path:
        """Give the file of a region.

        Raises:
            ValueError: It is no region's name.
        """
        if not REGION.fullmatch(region_id):
            raise ValueError(f"no region: {region_id[:40]!r}")
        return self.folder / f"{region_id}.json"

    def regions(self) -> list[str]:
        """Give the regions that have a file, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json") if REGION.fullmatch(path.stem))

    def read(self, region_id: str) -> tuple[RegionList | None, Problem | None]:
        """Read a region's list.

        Returns:
            The list, or None where there is none that can be used; and why not, where there is a file.
        """
        try:
            found = _read(self.path(region_id), region_id)
        except FileNotFoundError:
            return None, None
        except OSError as error:
            return None, unreadable(region_id, type(error).__name__)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            why = "damaged, of another region or of another version"
            return None, unreadable(region_id, why) if REGION.fullmatch(region_id) else None
        return found, None

    def replace(self, found: RegionList) -> None:
        """Put a list in place of the one that is there.

        Raises:
            OSError: It cannot be written; the old one is still there.
        """
        write_sealed(self.path(found.region_id), to_document(found))

    def keep(self, region_id: str) -> None:
        """Lay a copy of a region's list aside in the folder `BEFORE`, to be compared with what replaces it.

        Raises:
            OSError: It cannot be written; what was laid aside before is still there.
        """
        found, _ = self.read(region_id)
        if found is not None:
            Store(self.folder / BEFORE).replace(found)


def _read(path: Path, region_id: str) -> RegionList:
    document = read_sealed(path)
    found = from_document(document) if document is not None else None
    if found is None or found.region_id != region_id:
        raise ValueError
    return found


def unreadable(region_id: str, why: str) -> Problem:
    """Say that a kept list cannot be used."""
    return Problem(
        code="price_list_unreadable",
        message=f"The kept AWS price list of {region_id} cannot be used ({why}).",
        hint="Refresh the prices; until then those that are shipped are used.",
        subject=region_id,
    )
