"""What a case found wrong is shown with its values."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    *(f"tests.idle.scenarios.{name}" for name in ("case", "life", "policies", "shared_space", "stage"))
)
