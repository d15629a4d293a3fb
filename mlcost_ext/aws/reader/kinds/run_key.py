"""What tells of a description which other runs are like it: digests alone, so that neither code nor data is named."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut
from mlcost_ext.jobs.run_key import document_of, key_of

from .spec import Source

KEY = "RunKey"
CUT: cut.Cut = cut.part({"Image": cut.text, "Script": cut.text, "Data": cut.text})


def with_run_key(kind: str, source: Source) -> Source:
    """Add the digests to a description that does not have them yet."""
    if KEY in source:
        return source
    found = document_of(key_of(kind, source))
    return {**source, KEY: found} if found else source
