"""No socket but loopback: a server, its clients and a whole round of calls under an audit hook."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from mlcost_ext.sandbox.environment import practice_environment

ROOT = Path(__file__).parents[2]
ROUND = textwrap.dedent(
    """
    import os, sys

    seen = []
    LOOPBACK = {"127.0.0.1", "localhost", "::1", None, b"127.0.0.1", b"localhost"}

    def canary(event, arguments):
        if event == "socket.connect":
            host = arguments[1][0] if isinstance(arguments[1], tuple) else "127.0.0.1"
        elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
            host = arguments[0]
        elif event == "socket.bind":
            host = arguments[1][0] if isinstance(arguments[1], tuple) else "127.0.0.1"
        else:
            return
        seen.append(event)
        if host not in LOOPBACK:
            os.write(2, f"{event} {host}\\n".encode())
            os._exit(9)

    sys.addaudithook(canary)
    if sys.argv[1:] == ["--trip"]:
        import socket
        socket.create_connection(("192.0.2.1", 80), timeout=1)

    from mlcost_ext.sandbox.account import Account
    from mlcost_ext.sandbox.seed import seed_opening
    from mlcost_ext.sandbox.server import make_practice_server
    from tests.sandbox.test_operations import CHANGES, MADE, READS

    account = Account()
    seed_opening(account)
    server = make_practice_server(account)
    server.start()
    os.environ["AWS_ENDPOINT_URL"] = server.url

    import boto3
    from botocore import xform_name
    from botocore.exceptions import ParamValidationError

    clients = {name: boto3.client(name) for name in ("sagemaker", "iam", "sts", "cloudwatch", "s3", "logs")}
    reads = [(name, params) for name, rounds in READS.items() for params in rounds]
    for operation, params in [*MADE, *reads, *CHANGES.items()]:
        client = next(c for c in clients.values() if hasattr(c, xform_name(operation)))
        try:
            getattr(client, xform_name(operation))(**params)
        except (client.exceptions.ClientError, ParamValidationError):
            pass
    clients["s3"].create_bucket(Bucket="canary")
    clients["s3"].put_object(Bucket="canary", Key="a", Body=b"a")
    clients["logs"].describe_log_groups()
    clients["iam"].list_roles()
    try:
        boto3.client("sts", aws_access_key_id="AKIAREAL", aws_secret_access_key="x").get_caller_identity()
    except Exception:
        pass
    server.stop()
    print(seen.count("socket.connect"))
    """
)


def run(tmp_path, *options):
    environment = practice_environment(os.environ, "http://127.0.0.1:9", tmp_path) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ROUND, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)


def test_a_whole_round_stays_on_loopback(tmp_path):
    """Every operation, and moto behind, without one name looked up or address called elsewhere."""
    ended = run(tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) >= 80


def test_the_canary_sings(tmp_path):
    """A single connection elsewhere ends the round."""
    ended = run(tmp_path, "--trip")
    assert (ended.returncode, "192.0.2.1" in ended.stderr) == (9, True)
