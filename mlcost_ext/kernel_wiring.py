"""What estimates stand on, apart from `wiring` since a kernel must not wait for what only servers import."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .ledger.spool_writer import mlcost_home
from .prices.book import PriceBook
from .prices.spot_market import ShippedSpotMarket
from .usecases.estimating import Estimator

if TYPE_CHECKING:
    from .guard_wiring import LoadedRules
    from .policy_files.files import PolicyFiles
    from .usecases.run_history import LedgerHistory

SERVER_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")


def estimator(home: Path | None = None, server_id: str | None = None) -> Estimator:
    """Give what tells what requests will cost.

    Args:
        home: MLCOST_HOME where it is not given.
        server_id: Whose ledger tells how long earlier runs took; None, or where it keeps none: nothing is known of them.
    """
    folder = home or mlcost_home()
    prices = PriceBook(folder)
    return estimator_by(prices, history_of(folder, server_id) if server_id else None)


def estimator_by(prices: PriceBook, history: LedgerHistory | None = None) -> Estimator:
    """Give the same by prices that are there already."""
    return Estimator(prices, prices.snapshot, ShippedSpotMarket(), history)


def history_of(home: Path, server_id: str) -> LedgerHistory | None:
    """Read a server's ledger for how long earlier runs took; nothing of it is changed."""
    path = home / "servers" / server_id / "ledger.sqlite"
    if not SERVER_ID.fullmatch(server_id) or path.is_symlink() or not path.is_file():
        return None
    from .ledger.database import Database
    from .ledger.run_store import RUNS_SINCE, RunStore
    from .usecases.run_history import LedgerHistory

    runs = RunStore(Database(path, is_read_only=True, oldest=RUNS_SINCE))
    return LedgerHistory(runs.ended_since, input_of=runs.input_of)


def policy_files(home: Path | None = None, named: str | None = None, loaded: LoadedRules | None = None) -> PolicyFiles:
    """Give the policy of this machine, environment and user.

    Args:
        home: MLCOST_HOME where it is not given.
        named: A file that stands in the place of all layers.
        loaded: The rules where they are known; to look for them takes ten milliseconds.
    """
    from .guard_wiring import load_rules
    from .policy_files.files import PolicyFiles
    from .policy_files.layer_paths import layer_paths, named_path

    paths = (named_path(named),) if named is not None else layer_paths(os.environ)
    return PolicyFiles(paths, (lambda: loaded) if loaded else load_rules, home or mlcost_home())
