"""Who can say what one unit costs, most trusted first."""

from .snapshot import Snapshot

__all__ = ["Snapshot"]
