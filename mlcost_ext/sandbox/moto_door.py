"""The only way to moto: all that is used of it, imported with the settings it needs.

None of these names is promised by moto, so its version is pinned and a test imports them.
"""

from __future__ import annotations

import os

from mlcost_ext.sandbox.names import ACCOUNT_ID

# moto reads both when it is imported; without the first any web page might call this server.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT_ID

from moto import settings
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

__all__ = [
    "PROTOCOL_PARSERS",
    "DomainDispatcherApplication",
    "MotoRequestHandler",
    "create_backend_app",
    "get_serializer_class",
    "get_service_model",
]

if not settings.DISABLE_GLOBAL_CORS:
    raise RuntimeError("moto was imported before its settings were made; import mlcost_ext.sandbox first")
