# ruff: noqa: D100, T201 - a docstring would stay defined as a name; what went wrong is told on standard error.
# Loads mlcost-ext in every new kernel of this environment: it notes launches and gives %cost. MLCOST_DISABLE=1 keeps it out.
# A terminal IPython reads this folder as well and is left alone. No name stays defined.
def _mlcost_start() -> None:
    import os
    import sys

    shell = get_ipython()  # type: ignore[name-defined]  # noqa: F821
    if os.environ.get("MLCOST_DISABLE", "0") not in ("", "0") or getattr(shell, "kernel", None) is None:
        return
    try:
        shell.extension_manager.load_extension("mlcost_ext")
    except Exception as error:  # noqa: BLE001 - a broken installation must not disturb the kernel
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]

        def tell(*_: object) -> None:  # with the first cell, since nobody sees what is said before
            shell.events.unregister("pre_run_cell", tell)
            print(
                f"mlcost-ext could not be loaded ({reason}); `mlcost doctor` says what to do.",
                file=sys.stderr,
            )

        shell.events.register("pre_run_cell", tell)


try:
    _mlcost_start()
finally:
    del _mlcost_start
