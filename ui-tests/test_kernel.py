"""Kernels of the environment: guarded with no line typed, and named where they are not."""

from __future__ import annotations

from lab_page import LabPage
from playwright.sync_api import expect


def test_a_new_kernel_has_the_magic_and_loses_and_regains_it(demo_page: LabPage) -> None:
    """Shows %cost at once; names the kernel as unguarded after %unload_ext, and no longer after %load_ext."""
    demo_page.open_panel()
    demo_page.new_notebook()
    assert "fraud-transformer-finetune-014" in demo_page.run("%cost")
    demo_page.run("%unload_ext mlcost_ext")
    note = demo_page.note("kernels_unguarded")
    expect(note).to_contain_text("One Python kernel is unguarded", timeout=45_000)
    expect(note).to_contain_text("%load_ext mlcost_ext")
    demo_page.run("%load_ext mlcost_ext")
    expect(note).to_have_count(0, timeout=30_000)
