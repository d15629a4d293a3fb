"""Every kind of trouble, in words a user can act on."""

import pytest
from botocore import exceptions

from mlcost_ext.aws.reader.faults import fault_of

DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/Role/SageMaker is not authorized to perform: sagemaker:Search "
    "on resource: arn:aws:sagemaker:us-east-1:111122223333:training-job/* because no identity-based policy allows it"
)


def refusal(code, message="", status=400):
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(response, "Search")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.NoCredentialsError(), "credentials_missing"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="key"), "credentials_missing"),
        (exceptions.ProfileNotFound(profile="p"), "credentials_missing"),
        (exceptions.CredentialRetrievalError(provider="sso", error_msg="x"), "credentials_missing"),
        (exceptions.SSOTokenLoadError(error_msg="x"), "credentials_missing"),
        (exceptions.UnauthorizedSSOTokenError(), "credentials_expired"),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="x"), "credentials_expired"),
        (exceptions.NoRegionError(), "region_missing"),
        (exceptions.InvalidRegionError(region_name="no where"), "region_missing"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "network_unreachable"),
        (exceptions.ConnectTimeoutError(endpoint_url="https://x"), "network_unreachable"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "network_unreachable"),
        (exceptions.SSLError(endpoint_url="https://x", error="e"), "network_unreachable"),
        (exceptions.ProxyConnectionError(proxy_url="https://x"), "network_unreachable"),
        (refusal("ExpiredTokenException"), "credentials_expired"),
        (refusal("ExpiredToken", status=403), "credentials_expired"),
        (refusal("RequestExpired"), "clock_differs"),
        (refusal("UnrecognizedClientException"), "credentials_missing"),
        (refusal("AccessDeniedException", DENIED), "permission_missing"),
        (refusal("ThrottlingException", "Rate exceeded"), "throttled"),
        (refusal("SomethingNew", status=429), "throttled"),
        (refusal("ValidationException", "Requested resource not found."), "not_found"),
        (refusal("ResourceNotFound"), "not_found"),
        (refusal("ValidationException", "Unknown property"), "aws_error"),
        (refusal("InternalFailure", status=500), "aws_error"),
        (exceptions.ClientError({}, "Search"), "aws_error"),
        (KeyError("garbled"), "aws_error"),
    ],
)
def test_a_fault_has_a_code_a_message_and_a_hint(error, code):
    """One sentence each."""
    problem = fault_of(error, "Search").problem
    assert problem.code == code
    assert problem.message.endswith((".", "Unknown property"))
    assert problem.hint.endswith(".")


def test_a_missing_permission_names_action_and_resource_and_no_account():
    """What to allow is there; who was refused is nobody else's business."""
    problem = fault_of(refusal("AccessDeniedException", DENIED), "Search").problem
    assert problem.message == "These AWS credentials may not call sagemaker:Search on this training-job."
    assert "111122223333" not in problem.message + problem.hint


def test_a_refusal_without_words_names_the_action_that_was_called():
    """An AccessDenied of a proxy or an endpoint policy may say nothing."""
    assert "sagemaker:ListTags" in fault_of(refusal("AccessDenied"), "ListTags").problem.message


def test_what_aws_says_is_cut_and_carries_no_control_characters():
    """It is shown in the panel."""
    message = fault_of(refusal("Strange", "a\x1b[2J" + "b" * 5000), "Search").problem.message
    assert "\x1b" not in message
    assert len(message) < 300
