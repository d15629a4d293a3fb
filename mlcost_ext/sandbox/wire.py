"""AWS's protocols, as far as the practice account's own operations need them."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from botocore.model import OperationModel

from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.moto_door import get_serializer_class, get_service_model
from mlcost_ext.sandbox.names import REGION_ID

Environ = dict[str, Any]

_CREDENTIAL = re.compile(r"([^/\s=,]+)/\d{8}/([^/\s,]+)/([^/\s,]+)/aws4_request")
_TARGETS = {"SageMaker": "sagemaker"}
_QUERY_SERVICES = {"iam", "sts"}
_NUMBERED = re.compile(r"(\w+)\.member\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to AWS: where it goes and what it asks."""

    region_id: str
    service: str | None
    operation: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def access_key_of(environ: Environ) -> str | None:
    """Tell which access key a request was signed with; ``None`` when it was not signed."""
    found = _credential(environ)
    return found.group(1) if found else None


def locate(environ: Environ) -> Call:
    """Find out which operation of which service a request calls, from its signing scope."""
    found = _credential(environ)
    region_id, signed = (found.group(2), found.group(3)) if found else (REGION_ID, "")
    prefix, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    if operation:
        service = _TARGETS.get(prefix, signed)
        return Call(region_id=region_id, service=service, operation=operation, body=_body(environ))
    if signed in _QUERY_SERVICES:
        body = _body(environ)
        action = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        return Call(region_id=region_id, service=signed, operation=action, body=body)
    return Call(region_id=region_id, service=signed or None, operation=None, body=b"")


def parse(model: OperationModel, body: bytes) -> dict[str, Any]:
    """Read the parameters of a call.

    Raises:
        Fault: ``SerializationException``, where the body is not what the protocol says.
    """
    if model.service_model.protocol == "query":
        return _parse_form(body)
    try:
        params = json.loads(body or b"{}")
    except ValueError:
        raise Fault("SerializationException", "The request is not valid JSON.") from None
    if not isinstance(params, dict):
        raise Fault("SerializationException", "The request is not a JSON object.")
    return {key: value for key, value in params.items() if value is not None}


def answer(model: OperationModel, result: Mapping[str, Any] | None) -> Answer:
    """Write the answer of an operation in its service's protocol."""
    if model.service_model.protocol == "query":
        service = model.service_model.service_name
        # moto's serializer only takes moto's own model of the operation.
        own = get_service_model(service).operation_model(model.name)
        written = get_serializer_class(service, "query")(operation_model=own).serialize(result)
        headers = {key: str(value) for key, value in written["headers"].items()}
        return _answer(200, headers, written["body"])
    body = b"" if model.output_shape is None else json.dumps(result, default=_plain).encode()
    return _answer(200, {"Content-Type": "application/x-amz-json-1.1"}, body)


def fault_answer(service: str | None, fault: Fault) -> Answer:
    """Write a refusal in the form the service's clients read."""
    if service in _QUERY_SERVICES or service == "s3":
        return _answer(fault.status, {"Content-Type": "text/xml"}, _xml_fault(service, fault))
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": fault.code}
    body = json.dumps({"__type": fault.code, "message": fault.message}).encode()
    return _answer(fault.status, headers, body)


def _answer(status: int, headers: Mapping[str, str], body: bytes | str) -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    extra = {"x-amzn-RequestId": str(uuid.uuid4()), "Content-Length": str(len(raw))}
    return Answer(status=status, headers={**headers, **extra}, body=raw)


def _credential(environ: Environ) -> re.Match[str] | None:
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header:
        return _CREDENTIAL.search(header)
    presigned = dict(parse_qsl(environ.get("QUERY_STRING", ""))).get("X-Amz-Credential", "")
    return _CREDENTIAL.search(presigned)


def _body(environ: Environ) -> bytes:
    """Read the body, and put it back for moto."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return bytes(body)


def _parse_form(body: bytes) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for key, value in parse_qsl(body.decode("utf-8", "replace")):
        numbered = _NUMBERED.fullmatch(key)
        if numbered:
            params.setdefault(numbered.group(1), []).append(value)
        else:
            params[key] = value
    return params


def _plain(value: object) -> float | str:
    return round(value.timestamp(), 3) if isinstance(value, datetime) else str(value)


def _xml_fault(service: str | None, fault: Fault) -> str:
    code, message = _escaped(fault.code), _escaped(fault.message)
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "s3":
        return f"<Error>{error}</Error>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
