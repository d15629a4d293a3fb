"""Who is who in the practice account. All of it is made up, and looks it."""

from __future__ import annotations

ACCOUNT_ID = "111122223333"
REGION_ID = "us-east-1"

ACCESS_KEY_ID = "AKIAPRACTICEACCOUNT0"
SECRET_ACCESS_KEY = "practice-account-only-opens-nothing"  # noqa: S105 - a secret of nothing

DOMAIN_ID = "d-practice0001"
USER_PROFILE_NAME = "alex"
SPACE_NAME = "alex-notebooks"
APP_TYPE = "JupyterLab"
APP_NAME = "default"
APP_INSTANCE_TYPE = "ml.t3.medium"
SPACE_VOLUME_GB = 5

ROLE_NAME = "AmazonSageMaker-ExecutionRole-Practice"
ROLE_PATH = "/service-role/"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role{ROLE_PATH}{ROLE_NAME}"

# As the account says who calls: the execution role, as in Studio.
CALLER_ARN = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{ROLE_NAME}/SageMaker"

BUCKET = f"sagemaker-{REGION_ID}-{ACCOUNT_ID}"


def sagemaker_arn(region_id: str, resource: str) -> str:
    """Name a SageMaker resource of this account, such as ``training-job/a``."""
    return f"arn:aws:sagemaker:{region_id}:{ACCOUNT_ID}:{resource}"


DOMAIN_ARN = sagemaker_arn(REGION_ID, f"domain/{DOMAIN_ID}")
USER_PROFILE_ARN = sagemaker_arn(REGION_ID, f"user-profile/{DOMAIN_ID}/{USER_PROFILE_NAME}")
SPACE_ARN = sagemaker_arn(REGION_ID, f"space/{DOMAIN_ID}/{SPACE_NAME}")
APP_ARN = sagemaker_arn(REGION_ID, f"app/{DOMAIN_ID}/{SPACE_NAME}/jupyterlab/{APP_NAME}")

# Studio puts these on everything that is launched from a space.
STUDIO_TAGS = {
    "sagemaker:domain-arn": DOMAIN_ARN,
    "sagemaker:user-profile-arn": USER_PROFILE_ARN,
    "sagemaker:space-arn": SPACE_ARN,
}
