"""EC2's instance metadata service, version 2 only: a token first, then what it is asked for; straight, never by a proxy.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

SECONDS = 1.0
"""All questions together; where nobody is, nobody answers."""
MAX_BYTES = 64 * 1024
ENDPOINTS = {"ipv4": "http://169.254.169.254/", "ipv6": "http://[fd00:ec2::254]/"}
"""By `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`."""
TOKEN = "latest/api/token"  # noqa: S105 - a path
DOCUMENT = "latest/dynamic/instance-identity/document"
LIFE_CYCLE = "latest/meta-data/instance-life-cycle"
TOKEN_SECONDS = "60"  # noqa: S105 - how long it holds

Answers = dict[str, bytes]


def ask(env: Mapping[str, str], seconds: float = SECONDS) -> Answers:
    """Ask what this machine is, within so many seconds in all, and give the answers by their paths.

    It blocks so long at most, whatever the other side does: call it from a thread. `AWS_EC2_METADATA_DISABLED` and
    `AWS_EC2_METADATA_SERVICE_ENDPOINT` are heeded as botocore heeds them.
    """
    endpoint = endpoint_of(env)
    if endpoint is None:
        return {}
    answers: Answers = {}
    # A thread of its own that nobody waits for any longer: neither a slow name server nor an answer by drips can hold us.
    asking = threading.Thread(target=collect, args=(endpoint, seconds, answers), name="mlcost-imds", daemon=True)
    asking.start()
    asking.join(seconds)
    return dict(answers)


def endpoint_of(env: Mapping[str, str]) -> str | None:
    """Give where the service answers; None: it is not to be asked."""
    if env.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    mode = env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "").lower()
    return env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") or ENDPOINTS.get(mode, ENDPOINTS["ipv4"])


def collect(endpoint: str, seconds: float, answers: Answers) -> None:
    """Put the answers into `answers` as they come; the first refusal ends it, since nothing else would be EC2's."""
    try:
        token = send(endpoint, "PUT", TOKEN, {"X-aws-ec2-metadata-token-ttl-seconds": TOKEN_SECONDS}, seconds)
        header = {"X-aws-ec2-metadata-token": token.decode("ascii")}
        for path in (DOCUMENT, LIFE_CYCLE):
            answers[path] = send(endpoint, "GET", path, header, seconds)
    except (OSError, ValueError, http.client.HTTPException):
        return


def send(endpoint: str, verb: str, path: str, headers: Mapping[str, str], seconds: float) -> bytes:
    """Send one request and give the body of its answer; no redirection is followed.

    Raises:
        ValueError: The endpoint is none, or the answer is another than 200.
        OSError: Nobody answers.
        HTTPException: What answers does not speak HTTP.
    """
    place = urlsplit(endpoint)
    if place.scheme != "http" or not place.hostname:
        raise ValueError("not an http endpoint")
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=seconds)
    try:
        connection.request(verb, f"{place.path.rstrip('/')}/{path}", headers=dict(headers))
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return answer.read(MAX_BYTES)
    finally:
        connection.close()
