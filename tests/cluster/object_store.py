"""An S3 server on loopback, a process of its own: the one place that all machines reach. What it holds dies with it."""

from __future__ import annotations

import sys
from pathlib import Path

import boto3

from gansearch.executors.own_cluster.layout import LOOPBACK
from gansearch.executors.own_cluster.processes import Command

NAME = "s3"
BUCKET = "studies"
LIMIT_S = 60.0
URL = f"s3://{BUCKET}/of-all"
"""Where studies lie."""


def environment(port: int) -> dict[str, str]:
    """How every machine reaches it."""
    return {
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def command(folder: Path, port: int, environment: dict[str, str]) -> Command:
    """What starts it."""
    program = "import logging, sys; from moto.server import main; logging.disable(); main(sys.argv[1:])"
    arguments = [sys.executable, "-c", program, "--host", LOOPBACK, "--port", str(port)]
    return Command(NAME, arguments, environment, folder, folder / f"{NAME}.log", port)


def make_bucket() -> None:
    """Make the empty bucket, at the address that this process's environment has."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.close()
