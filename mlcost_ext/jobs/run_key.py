"""What makes two runs alike, told in the same way by a request, by AWS's description of it and by what a spool keeps of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import RunDigests

from . import reading

DIGEST_BYTES = 8
DIGITS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9]{4,}|(?<![a-z])[0-9a-f]{12,}(?![a-z])", re.IGNORECASE)
"""What names differ by from run to run: dates, times, counters, identifiers."""
SHORT_PARTS = re.compile(r"#(?:[-T_:.]+(?:#|[0-9]{1,3}))*Z?(?![0-9A-Za-z])")
SUBMIT, PROGRAM = "sagemaker_submit_directory", "sagemaker_program"
CODE_CHANNELS = ("code", "sm_drivers", "sourcecode")
"""Channels in which the SDKs' third generation brings the script."""


def key_of(kind: str, source: Mapping[str, Any]) -> RunKey:
    """Give the key of a run; what a source does not say is None."""
    reader = READERS.get(kind)
    found = reader(source) if reader else RunKey()
    told = told_digests(source)
    return found if told is None else replace(found, told=told)


def digests_of(key: RunKey) -> RunDigests:
    """Give a key's texts as they are kept."""
    if key.told is not None:
        return key.told
    return RunDigests(image=digest(key.image), script=digest(key.script), data=digest(key.data))


def told_digests(description: Mapping[str, Any]) -> RunDigests | None:
    """Give the digests that the reader has put into a description (`RunKey` is its word); None: it has not."""
    told = reading.inner(description, "RunKey")
    if not told:
        return None
    image, script, data = (reading.text(told, key) for key in ("Image", "Script", "Data"))
    return RunDigests(image=image, script=script, data=data)


def document_of(key: RunKey) -> dict[str, str]:
    """Write a key's digests as they go from the reader to the server; what is not known is left out."""
    found = digests_of(key)
    told = (("Image", found.image), ("Script", found.script), ("Data", found.data))
    return {name: value for name, value in told if value is not None}


def digest(text: str | None) -> str | None:
    """Give 16 hexadecimal digits that stand for a text."""
    return None if text is None else hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).hexdigest()


def steady(text: str | None) -> str | None:
    """Take out of an address what changes from run to run: dates, times, counters and identifiers become ``#``."""
    if text is None:
        return None
    return SHORT_PARTS.sub("#", DIGITS.sub("#", text))


def training(source: Mapping[str, Any]) -> RunKey:
    """Read a training job's request or description, or a tuning job's definition of its jobs."""
    algorithm, resources = reading.inner(source, "AlgorithmSpecification"), reading.inner(source, "ResourceConfig")
    channels = reading.structures(source, "InputDataConfig")
    return RunKey(
        image=reading.text(algorithm, "TrainingImage") or reading.text(algorithm, "AlgorithmName"),
        script=script_of(source, channels),
        data=data_of(channels),
        instance_type=reading.text(resources, "SelectedInstanceType") or reading.text(resources, "InstanceType"),
        instance_count=reading.whole(resources, "SelectedInstanceCount") or reading.whole(resources, "InstanceCount"),
    )


def script_of(source: Mapping[str, Any], channels: list[Mapping[str, Any]]) -> str | None:
    """Give the source archive and entry point, by the SDK's hyperparameters, a channel or the container's entry point."""
    parameters = source.get("HyperParameters") or source.get("StaticHyperParameters")
    told = parameters if isinstance(parameters, Mapping) else {}
    parts = [unquoted(reading.text(told, key)) for key in (SUBMIT, PROGRAM)]
    if not any(parts):
        code = next((each for each in channels if reading.text(each, "ChannelName") in CODE_CHANNELS), {})
        parts = [address_of(code)]
    if not any(parts):
        entry = reading.inner(source, "AlgorithmSpecification").get("ContainerEntrypoint")
        words = [each for each in entry[:20] if isinstance(each, str)] if isinstance(entry, list) else []
        parts = [" ".join(words)[: reading.MAX_TEXT]]
    return steady("#".join(part for part in parts if part)) or None


def unquoted(text: str | None) -> str | None:
    """Take the quotes off, in which the second generation of the SDK writes each hyperparameter (JSON)."""
    return text if text is None else text.strip('"')


def data_of(channels: list[Mapping[str, Any]]) -> str | None:
    """Give the prefix of the first channel that is no code."""
    addresses = (address_of(each) for each in channels if reading.text(each, "ChannelName") not in CODE_CHANNELS)
    return steady(next((each for each in addresses if each), None))


def address_of(channel: Mapping[str, Any]) -> str | None:
    """Give where a channel's data is."""
    source = reading.inner(channel, "DataSource")
    s3, files = reading.inner(source, "S3DataSource"), reading.inner(source, "FileSystemDataSource")
    return reading.text(s3, "S3Uri") or reading.text(files, "DirectoryPath")


def processing(source: Mapping[str, Any]) -> RunKey:
    """Read a processing job's request or description; its script is an input named ``code`` in the SDKs."""
    app = reading.inner(source, "AppSpecification")
    cluster = reading.inner(reading.inner(source, "ProcessingResources"), "ClusterConfig")
    inputs = [(reading.text(each, "InputName"), input_of(each)) for each in reading.structures(source, "ProcessingInputs")]
    scripts = [address for name, address in inputs if name in ("code", "entrypoint")]
    return RunKey(
        image=reading.text(app, "ImageUri"),
        script=steady(next((each for each in scripts if each), None)),
        data=steady(next((address for name, address in inputs if name not in ("code", "entrypoint") and address), None)),
        instance_type=reading.text(cluster, "SelectedInstanceType") or reading.text(cluster, "InstanceType"),
        instance_count=reading.whole(cluster, "SelectedInstanceCount") or reading.whole(cluster, "InstanceCount"),
    )


def input_of(each: Mapping[str, Any]) -> str | None:
    """Give where a processing job's input is; of older requests the address stands beside it."""
    return reading.text(reading.inner(each, "S3Input"), "S3Uri")


def transform(source: Mapping[str, Any]) -> RunKey:
    """Read a batch transform job's request or description; what it runs is its model."""
    resources = reading.inner(source, "TransformResources")
    return RunKey(
        image=steady(reading.text(source, "ModelName")),
        data=steady(address_of(reading.inner(source, "TransformInput"))),
        instance_type=reading.text(resources, "InstanceType"),
        instance_count=reading.whole(resources, "InstanceCount"),
    )


READERS = {"training": training, "processing": processing, "transform": transform}
