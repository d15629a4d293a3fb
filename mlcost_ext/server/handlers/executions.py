"""POST executions: the page's word that its user runs code in a kernel; in a shared space of Studio only."""

from __future__ import annotations

import re

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError

from .base import MlcostHandler

USER_COOKIE = "studioUserProfileName"
"""By which AWS's own `SagemakerIdentityProvider` tells the users of a shared space."""
MAX_BODY_BYTES = 1000
KERNEL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HINT = 'Send {"kernel_id": "…"}, as GET api/kernels has it.'


class ExecutionsHandler(MlcostHandler):
    """Who runs code where; it follows what counts as activity by itself, and is none."""

    @authenticated
    @authorized
    async def post(self) -> None:
        """Note who asks; answer 204."""
        self.live.attributing.note(self._kernel_id(), self.get_cookie(USER_COOKIE))
        self.set_status(204)
        self.finish()

    def _kernel_id(self) -> str:
        """Read which kernel is meant.

        Raises:
            UsageError: The body is not what it should be.
        """
        if len(self.request.body) > MAX_BODY_BYTES:
            raise UsageError("The request's body is longer than 1,000 bytes.", HINT)
        kernel_id = self.body_object().get("kernel_id")
        if not isinstance(kernel_id, str) or KERNEL_ID.fullmatch(kernel_id) is None:
            raise UsageError("kernel_id is missing, or is no kernel's id.", HINT)
        return kernel_id


ROUTES = ((r"executions", ExecutionsHandler),)
