"""What is generated is fresh."""

from __future__ import annotations

import importlib.util
import json

from tests.fakes import ROOT


def test_openapi_is_fresh() -> None:
    """mlcost_ext/server/openapi.json is what tools/make_openapi.py makes of core/documents.py; 'make types' writes it."""
    spec = importlib.util.spec_from_file_location("make_openapi", ROOT / "tools" / "make_openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = json.loads((ROOT / "mlcost_ext" / "server" / "openapi.json").read_text(encoding="utf-8"))
    assert module.description() == written
