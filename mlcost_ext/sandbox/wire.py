"""AWS's protocols, as far as the practice account's own operations need them."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from botocore.model import OperationModel

from mlcost_ext.sandbox import cbor
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.moto_door import PROTOCOL_PARSERS, get_serializer_class, get_service_model
from mlcost_ext.sandbox.names import REGION_ID

Environ = dict[str, Any]

_CREDENTIAL = re.compile(r"([^/\s=,]+)/\d{8}/([^/\s,]+)/([^/\s,]+)/aws4_request")
_CLOUDWATCH = "GraniteServiceVersion20100801"
_TARGETS = {"SageMaker": "sagemaker", _CLOUDWATCH: "cloudwatch"}
_RPC_PATH = re.compile(r"/service/(\w+)/operation/(\w+)")
_SERVICES = {"monitoring": "cloudwatch"}  # those that sign under another name
_QUERY_SERVICES = {"iam", "sts", "cloudwatch"}
# What the services of the query protocol call the same.
_QUERY_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "ThrottlingException": "Throttling",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to AWS: where it goes and what it asks."""

    region_id: str
    service: str | None
    operation: str | None
    body: bytes
    protocol: str = "json"  # json, query or cbor; S3 speaks none of them


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
    """Find out which operation of which service a request calls, and how, from its signing scope and headers."""
    found = _credential(environ)
    region_id, signed = (found.group(2), found.group(3)) if found else (REGION_ID, "")
    service = _SERVICES.get(signed, signed)
    prefix, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    if operation:
        service = _TARGETS.get(prefix, service)
        return Call(region_id=region_id, service=service, operation=operation, body=_body(environ))
    rpc = _RPC_PATH.fullmatch(environ.get("PATH_INFO", ""))
    if rpc and environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        service = _TARGETS.get(rpc.group(1), service)
        return Call(region_id=region_id, service=service, operation=rpc.group(2), body=_body(environ), protocol="cbor")
    if service in _QUERY_SERVICES:
        body = _body(environ)
        action = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        return Call(region_id=region_id, service=service, operation=action, body=body, protocol="query")
    is_list = service == "s3" and "list-type=2" in environ.get("QUERY_STRING", "").split("&")
    return Call(region_id=region_id, service=service or None, operation="ListObjectsV2" if is_list else None, body=b"")


def signed_at(environ: Environ) -> datetime | None:
    """Tell when a request was signed; ``None`` where it does not say."""
    try:
        return datetime.strptime(environ.get("HTTP_X_AMZ_DATE", "").replace("Z", "+0000"), "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None


def parse(model: OperationModel, call: Call) -> dict[str, Any]:
    """Read the parameters of a call.

    Raises:
        Fault: ``SerializationException``, where the body is not what the protocol says.
    """
    if call.protocol == "query":
        return _parse_form(model, call.body)
    try:
        params = cbor.decode(call.body) if call.protocol == "cbor" else json.loads(call.body or b"{}")
    except ValueError:
        raise Fault("SerializationException", f"The request is not valid {call.protocol.upper()}.") from None
    if not isinstance(params, dict):
        raise Fault("SerializationException", f"The request is not a {call.protocol.upper()} object.")
    return {key: value for key, value in params.items() if value is not None}


def answer(model: OperationModel, call: Call, result: Mapping[str, Any] | None) -> Answer:
    """Write the answer of an operation in the protocol it was called in."""
    if call.protocol == "query":
        service = model.service_model.service_name
        # moto's serializer only takes moto's own model of the operation.
        own = get_service_model(service).operation_model(model.name)
        written = get_serializer_class(service, "query")(operation_model=own).serialize(result)
        headers = {key: str(value) for key, value in written["headers"].items()}
        return _answer(200, headers, written["body"])
    if call.protocol == "cbor":
        return _answer(200, _CBOR_HEADERS, cbor.encode(result or {}))
    body = b"" if model.output_shape is None else json.dumps(result, default=_plain).encode()
    return _answer(200, {"Content-Type": _json_type(call.service)}, body)


def fault_answer(call: Call | None, fault: Fault) -> Answer:
    """Write a refusal in the form the caller reads."""
    service = call.service if call else None
    if call and (call.protocol == "query" or service == "s3"):
        return _answer(fault.status, {"Content-Type": "text/xml"}, _xml_fault(service, fault))
    told = {"__type": fault.code, "message": fault.message}
    if call and call.protocol == "cbor":
        return _answer(fault.status, _CBOR_HEADERS, cbor.encode(told))
    headers = {"Content-Type": _json_type(service), "x-amzn-ErrorType": fault.code}
    return _answer(fault.status, headers, json.dumps(told).encode())


_CBOR_HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def _json_type(service: str | None) -> str:
    return f"application/x-amz-json-1.{0 if service == 'cloudwatch' else 1}"


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


def _parse_form(model: OperationModel, body: bytes) -> dict[str, Any]:
    own = get_service_model(model.service_model.service_name).operation_model(model.name)
    values = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    request: Any = {"values": values}  # the parser looks at nothing else
    try:
        return dict(PROTOCOL_PARSERS["query"](own, timestamp_parser=_seconds).parse(request))
    except (ValueError, TypeError, AttributeError):
        raise Fault("MalformedInput", "The request is not what the service expects.") from None


def _seconds(text: str) -> float:
    """Read a time of the query protocol as seconds since 1970, which the other protocols send."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def _plain(value: object) -> float | str:
    return round(value.timestamp(), 3) if isinstance(value, datetime) else str(value)


def _xml_fault(service: str | None, fault: Fault) -> str:
    code, message = _escaped(_QUERY_CODES.get(fault.code, fault.code)), _escaped(fault.message)
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "s3":
        return f"<Error>{error}</Error>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
