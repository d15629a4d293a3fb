"""Tokens that a delete wants: whoever has one has just seen what it is that goes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from mlcost_ext.core.errors import NotAllowedError
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.times import UTC

GOOD_FOR = timedelta(minutes=5)


class Confirmations:
    """Give and check tokens. They are good for five minutes, for one thing, and for this server's life."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def give(self, thing: Standing, now: datetime) -> tuple[str, datetime]:
        """Give a token for the thing as it is, and until when it is good."""
        until = now + GOOD_FOR
        stamp = str(int(until.timestamp()))
        return f"{stamp}.{self._sign(thing, stamp)}", datetime.fromtimestamp(int(stamp), UTC)

    def check(self, thing: Standing, token: object, now: datetime) -> None:
        """Make sure that a token is for this very thing and still good.

        Raises:
            NotAllowedError: It is missing, for something else, or too old.
        """
        stamp, _, signature = token.partition(".") if isinstance(token, str) else ("", "", "")
        is_ours = hmac.compare_digest(self._sign(thing, stamp).encode(), signature.encode())
        if not is_ours or not stamp.isdigit() or int(stamp) < now.timestamp():
            message = f"{thing.name} was not confirmed: the token is missing, too old, or for something else."
            raise NotAllowedError(message, "Get the thing once more and send its confirmation_token.", code="confirmation_needed")

    def _sign(self, thing: Standing, stamp: str) -> str:
        """Sign for this very thing: one made anew under the same name is another."""
        said = (thing.kind, thing.region_id, thing.name, thing.resource_id or "", str(thing.created_at), stamp)
        return hmac.new(self._secret, "\0".join(said).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
