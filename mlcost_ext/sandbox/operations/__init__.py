"""The operations the practice account answers itself; every other one is moto's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.operations.identity import get_caller_identity, simulate_principal_policy
from mlcost_ext.sandbox.operations.list_training_jobs import list_training_jobs
from mlcost_ext.sandbox.operations.search import search
from mlcost_ext.sandbox.operations.studio import (
    describe_app,
    describe_domain,
    describe_space,
    describe_user_profile,
    list_apps,
    list_spaces,
)
from mlcost_ext.sandbox.operations.tags import add_tags, delete_tags, list_tags
from mlcost_ext.sandbox.operations.training_job import (
    create_training_job,
    describe_training_job,
    stop_training_job,
)

Operation = Callable[[Account, Mapping[str, Any], str], Mapping[str, Any] | None]

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("sagemaker", "CreateTrainingJob"): create_training_job,
    ("sagemaker", "DescribeTrainingJob"): describe_training_job,
    ("sagemaker", "StopTrainingJob"): stop_training_job,
    ("sagemaker", "ListTrainingJobs"): list_training_jobs,
    ("sagemaker", "Search"): search,
    ("sagemaker", "AddTags"): add_tags,
    ("sagemaker", "DeleteTags"): delete_tags,
    ("sagemaker", "ListTags"): list_tags,
    ("sagemaker", "DescribeApp"): describe_app,
    ("sagemaker", "ListApps"): list_apps,
    ("sagemaker", "DescribeSpace"): describe_space,
    ("sagemaker", "ListSpaces"): list_spaces,
    ("sagemaker", "DescribeUserProfile"): describe_user_profile,
    ("sagemaker", "DescribeDomain"): describe_domain,
    ("iam", "SimulatePrincipalPolicy"): simulate_principal_policy,
    ("sts", "GetCallerIdentity"): get_caller_identity,
}
