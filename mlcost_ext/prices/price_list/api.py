"""What a refresh needs of AWS."""

from __future__ import annotations

from typing import Protocol

BAD_TOKEN = "price_list_token"  # noqa: S105 - an error's code
"""Code of the error that a place in the pages is not accepted, so that one has to begin anew."""
PASSING = ("throttled", "network_unreachable", "aws_error")
"""Codes of errors that may be over a moment later."""
REFUSED = ("permission_missing", "region_not_offered")
"""Codes of errors that stay until somebody has changed something."""


class PricingApi(Protocol):
    """AWS's price list service, a page at a time."""

    def pages(self, service_code: str, region_id: str, next_token: str | None) -> tuple[list[str], str | None]:
        """Give one page of a service's products in a region.

        Args:
            service_code: ``AmazonSageMaker`` or ``AmazonEC2``.
            region_id: Whose prices are asked for, not where the service is.
            next_token: What came with the page before; None: the first page.

        Returns:
            The products as AWS writes them, JSON each; and the token of the next page, or None after the last one.

        Raises:
            MlcostError: AWS refused or cannot be reached; its code says which, `BAD_TOKEN` that the token is not accepted.
        """
        ...
