"""What an endpoint configuration asks for, asked with the caller's own session where this kernel has not seen it made."""

from __future__ import annotations

import threading
from typing import Any

CALL_SECONDS = 1.5


def endpoint_config(
    session: Any, region_id: str | None, name: str, within_seconds: float = CALL_SECONDS
) -> dict[str, Any] | None:
    """Give the configuration as AWS describes it; None: AWS does not say, or not in time.

    Args:
        session: The caller's, of boto3 or botocore.
        region_id: Where it is; None: the session's own region.
        name: Its name.
        within_seconds: How long to wait.
    """
    found: list[dict[str, Any]] = []
    thread = threading.Thread(target=_ask, args=(session, region_id, name, found), name="mlcost-endpoint-config", daemon=True)
    thread.start()
    thread.join(within_seconds)
    return found[0] if found else None


def _ask(session: Any, region_id: str | None, name: str, found: list[dict[str, Any]]) -> None:
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    own = getattr(session, "_session", session)
    config = Config(connect_timeout=CALL_SECONDS, read_timeout=CALL_SECONDS, retries={"total_max_attempts": 1})
    try:
        answer = own.create_client("sagemaker", region_name=region_id, config=config).describe_endpoint_config(
            EndpointConfigName=name
        )
    except (BotoCoreError, ClientError, ValueError):
        return  # the launch itself will say what is wrong with session, name or permission
    found.append({key: value for key, value in answer.items() if key != "ResponseMetadata"})
