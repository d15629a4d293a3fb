"""What is wrong with a request, said in one sentence, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.jobs.reading import MAX_WHOLE

MOST_SHOWN = 40
MOST_NAMES = 200
"""Members that are looked at for one that is spelt otherwise; no structure of AWS's has as many."""
LARGEST_SHOWN = 10**18
WHOLE_TEXT = re.compile(r"\s*([+-]?[0-9]{1,12})\s*")
EXAMPLES = {
    "AppType": '"JupyterLab"',
    "ClusterConfig": '{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}',
    "EnableManagedSpotTraining": "true",
    "HyperParameterTuningJobConfig": '{"Strategy": "Bayesian", "ResourceLimits": {…}}',
    "InitialInstanceCount": "1",
    "InstanceCount": "1",
    "InstanceType": '"ml.m5.xlarge"',
    "KeepAlivePeriodInSeconds": "1800",
    "MaxNumberOfTrainingJobs": "10",
    "MaxParallelTrainingJobs": "2",
    "MaxRuntimeInSeconds": "3600",
    "MaxWaitTimeInSeconds": "7200",
    "MemorySizeInMB": "2048",
    "ProcessingResources": '{"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}',
    "ProductionVariants": '[{"VariantName": "AllTraffic", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}]',
    "ResourceConfig": '{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}',
    "ResourceLimits": '{"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2}',
    "StoppingCondition": '{"MaxRuntimeInSeconds": 3600}',
    "TrainingJobDefinition": '{"AlgorithmSpecification": {…}, "ResourceConfig": {…}, "StoppingCondition": {…}}',
    "TransformResources": '{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}',
    "VolumeSizeInGB": "30",
}
"""What may be written as the value of a member."""
USUAL_EXAMPLES = {
    "a text": '"…"',
    "a whole number": "1",
    "true or false": "true",
    "a list": "[…]",
    "a list of texts": '["…"]',
    "a structure": "{…}",
}


def shown(value: Any) -> str:
    """Give a value as a sentence has it: a short one itself, cut to 40 characters, a large one by what it is."""
    if isinstance(value, Mapping):
        return "a structure"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return f"the text {value[:MOST_SHOWN]!r}{'…' if len(value) > MOST_SHOWN else ''}"
    if isinstance(value, int) and abs(value) > LARGEST_SHOWN:
        return "a number of more than 18 digits"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else f"a {type(value).__name__[:MOST_SHOWN]}"


def example(key: str, noun: str) -> str:
    """Give a member with a value that is right, as JSON."""
    return f'"{key}": {EXAMPLES.get(key, USUAL_EXAMPLES[noun])}'


def first_members(key: str) -> str:
    """Give the beginning of a request, as JSON."""
    return f'{{"{key}": …}}'


def missing(place: str, key: str, noun: str, members: Mapping[str, Any]) -> UsageError:
    """Say that a member is missing, or that it is there under another spelling."""
    wanted = key.lower()
    for found in islice(members, MOST_NAMES):
        if isinstance(found, str) and found != key and found.replace("_", "").replace("-", "").lower() == wanted:
            return UsageError(
                f"{place} is missing; there is {shown(found)}.",
                f'Write it as boto3 does: "{key}" instead of "{found[:MOST_SHOWN]}".',
            )
    return UsageError(f"{place} is missing.", f"Give it, such as {example(key, noun)}.")


def of_wrong_type(place: str, key: str, value: Any, noun: str) -> UsageError:
    """Say that a value is of another type than AWS takes there."""
    return UsageError(f"{place} is {shown(value)}, where {noun} belongs.", _instead(key, value, noun))


def _instead(key: str, value: Any, noun: str) -> str:
    if isinstance(value, Mapping) and "Get" in value:
        return f"Give the value that the pipeline's parameter will have, such as {example(key, noun)}."
    if noun == "a whole number":
        digits = WHOLE_TEXT.fullmatch(value) if isinstance(value, str) else None
        if digits:
            return f'Drop the quotes: "{key}": {int(digits[1])}.'
        if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_SHOWN:
            return f'Drop the decimal point: "{key}": {int(value)}.'
    if noun == "true or false" and isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return f'Drop the quotes: "{key}": {value.strip().lower()}.'
    return f"Write {example(key, noun)}."


def of_wrong_item(place: str, key: str, value: Any, noun: str) -> UsageError:
    """Say that an entry of a list is of another type than the others."""
    hint = f'Write a list of {noun.removeprefix("a ")}s: "{key}": [{USUAL_EXAMPLES[noun]}].'
    return UsageError(f"{place} is {shown(value)}, where {noun} belongs.", hint)


def out_of_range(place: str, key: str, value: int, least: int, most: int) -> UsageError:
    """Say that a number is too small or too large, both bounds being allowed."""
    wanted = f"must be at least {least}" if value < least else f"AWS takes at most {most}"
    usual = int(EXAMPLES.get(key, str(least)))
    bounds = f"of {least} or more" if most == MAX_WHOLE else f"from {least} to {most}"
    example_of_it = usual if least <= usual <= most else least
    return UsageError(f"{place} is {shown(value)}, and {wanted}.", f'Write a number {bounds}, such as "{key}": {example_of_it}.')


def too_many(place: str, most: int) -> UsageError:
    """Say that a list is longer than AWS takes it."""
    return UsageError(f"{place} is a list of more than {most}.", f"Leave {most} of them: AWS takes no more.")


def not_together(first: str, second: str, hint: str) -> UsageError:
    """Say that two members exclude each other."""
    return UsageError(f"{first} and {second} exclude each other.", hint)
