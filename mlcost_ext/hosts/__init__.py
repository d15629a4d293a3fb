"""Where am I: each host says whether these are its surroundings; the first that knows them wins.

An EC2 machine is told by nothing around it: `ec2` asks it, once, after the server has started (`wiring.ask_machine`).
"""

from collections.abc import Mapping

from mlcost_ext.core.host import Host

from . import container, ec2, jupyterhub, local, notebook_instance, recovery, studio, unified_studio

__all__ = ["HOSTS", "container", "detect", "ec2", "jupyterhub", "local"]

HOSTS = (
    recovery.detect,
    unified_studio.detect,
    studio.detect,
    notebook_instance.detect,
    jupyterhub.detect,
    local.detect,
)


def detect(env: Mapping[str, str]) -> Host:
    """Tell the host from the environment and the files it names; `local` where nobody knows better."""
    return next(host for detect_one in HOSTS if (host := detect_one(env)) is not None)
