"""AWS's refusals and botocore's complaints in plain words, each with what mends it at a command line."""

from __future__ import annotations

from dataclasses import replace

from mlcost_ext.core.job import Problem

REACH = "Look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL; in a VPC without internet, at the VPC endpoints."
MENDS = {
    "credentials_missing": "Run 'aws configure' or 'aws sso login', or set AWS_PROFILE to a profile that is there.",
    "credentials_expired": "Run 'aws sso login' or set a new session token; in Studio, restart the space.",
    "network_unreachable": REACH,
    "clock_differs": "Set this machine's clock by network time: AWS refuses what is signed more than five minutes off.",
    "region_missing": "export AWS_REGION=us-east-1, or another region that AWS has.",
    "throttled": "Run this again in a minute.",
    "not_found": "Look at the region and at the account.",
    "aws_error": "Run this again in a minute; 'aws sts get-caller-identity' says more.",
}


def problem_of(error: Exception, action: str) -> Problem:
    """Put an error of a call of `action`, such as ``sagemaker:Search``, into words."""
    from mlcost_ext.aws.reader.faults import fault_of

    problem = fault_of(error, action.rpartition(":")[2]).problem
    return replace(problem, hint=MENDS.get(problem.code, f"Add {action} to the IAM policy of the role or user in use."))
