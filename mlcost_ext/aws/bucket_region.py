"""In which region an S3 bucket is, asked with the caller's own session: HeadBucket says so even where it refuses."""

from __future__ import annotations

from typing import Any

from mlcost_ext.core.region import REGION

HEADER = "x-amz-bucket-region"
"""Of every answer, also of 301 and 403 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html)."""
CALL_SECONDS = 1.5


def bucket_client(session: Any, region_id: str | None) -> Any:
    """Make a client that is quick to give up.

    Args:
        session: The caller's, of boto3 or botocore.
        region_id: Where it asks first; None: the session's own region.
    """
    from botocore.config import Config

    own = getattr(session, "_session", session)
    config = Config(connect_timeout=CALL_SECONDS, read_timeout=CALL_SECONDS, retries={"total_max_attempts": 1})
    return own.create_client("s3", region_name=region_id, config=config)


def region_of(client: Any, bucket: str) -> str | None:
    """Ask; None: AWS does not say.

    Raises:
        OSError: AWS could not be reached.
        BotoCoreError: The session has no credentials, or the like.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NotConnectedError

    try:
        answer = client.head_bucket(Bucket=bucket)
    except ClientError as error:
        answer = error.response
    except (HTTPClientError, NotConnectedError) as error:
        raise OSError(f"S3 could not be reached: {type(error).__name__}") from None
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    found = headers.get(HEADER)
    return found if isinstance(found, str) and REGION.fullmatch(found) else None
