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
PREFIX = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>.*))?", re.DOTALL)
"""Of a bucket by its own name; access points have another form, and are not listed."""
CODE_INPUTS = ("code", "entrypoint")
"""Of a processing job."""
MAX_PREFIX = 1023
"""A spool cuts what is longer, and what was cut would name more than the data (`redact.MAX_TEXT`)."""


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
        prefix=prefix_of(s3_source(data_channel(channels))),
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
    return steady(address_of(data_channel(channels)))


def data_channel(channels: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give the first channel that is no code and says where its data is; empty: there is none."""
    others = (each for each in channels if reading.text(each, "ChannelName") not in CODE_CHANNELS)
    return next((each for each in others if address_of(each)), {})


def address_of(channel: Mapping[str, Any]) -> str | None:
    """Give where a channel's data is."""
    files = reading.inner(reading.inner(channel, "DataSource"), "FileSystemDataSource")
    return reading.text(s3_source(channel), "S3Uri") or reading.text(files, "DirectoryPath")


def s3_source(channel: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a channel's source in S3; empty: it has none."""
    return reading.inner(reading.inner(channel, "DataSource"), "S3DataSource")


def prefix_of(source: Mapping[str, Any]) -> str | None:
    """Give the prefix of a source in S3, all below which is read; None: it is a manifest, is elsewhere, or may have been cut."""
    uri = source.get("S3Uri")
    if source.get("S3DataType") != "S3Prefix" or not isinstance(uri, str) or len(uri) > MAX_PREFIX:
        return None
    return uri if PREFIX.fullmatch(uri) else None


def bucket_and_key(prefix: str) -> tuple[str, str] | None:
    """Part a prefix into bucket and beginning of keys; None: it is none."""
    found = PREFIX.fullmatch(prefix)
    return (found["bucket"], found["key"] or "") if found else None


def processing(source: Mapping[str, Any]) -> RunKey:
    """Read a processing job's request or description; its script is an input named ``code`` in the SDKs."""
    app = reading.inner(source, "AppSpecification")
    cluster = reading.inner(reading.inner(source, "ProcessingResources"), "ClusterConfig")
    listed = reading.structures(source, "ProcessingInputs")
    inputs = [(reading.text(each, "InputName"), reading.inner(each, "S3Input")) for each in listed]
    scripts = [reading.text(s3, "S3Uri") for name, s3 in inputs if name in CODE_INPUTS]
    data = next((s3 for name, s3 in inputs if name not in CODE_INPUTS and reading.text(s3, "S3Uri")), {})
    return RunKey(
        image=reading.text(app, "ImageUri"),
        script=steady(next((each for each in scripts if each), None)),
        data=steady(reading.text(data, "S3Uri")),
        prefix=prefix_of(data),
        instance_type=reading.text(cluster, "SelectedInstanceType") or reading.text(cluster, "InstanceType"),
        instance_count=reading.whole(cluster, "SelectedInstanceCount") or reading.whole(cluster, "InstanceCount"),
    )


def transform(source: Mapping[str, Any]) -> RunKey:
    """Read a batch transform job's request or description; what it runs is its model."""
    resources = reading.inner(source, "TransformResources")
    return RunKey(
        image=steady(reading.text(source, "ModelName")),
        data=steady(address_of(reading.inner(source, "TransformInput"))),
        prefix=prefix_of(s3_source(reading.inner(source, "TransformInput"))),
        instance_type=reading.text(resources, "InstanceType"),
        instance_count=reading.whole(resources, "InstanceCount"),
    )


READERS = {"training": training, "processing": processing, "transform": transform}
