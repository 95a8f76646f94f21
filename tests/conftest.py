"""What every test has: one thread, a home of its own, no plug-in files left over, and shapes that are checked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import torch
from jaxtyping import install_import_hook

import gansearch.testing.shapes

# Before anything of these packages is imported; training is left out, where checks would double the time of a step.
install_import_hook(
    ["gansearch.data", "gansearch.gan", "gansearch.metrics", "gansearch.tricks"],
    f"{gansearch.testing.shapes.__name__}.checked",
)

from gansearch import plugins  # noqa: E402
from gansearch.data import Data  # noqa: E402
from gansearch.testing.data import TinyImages  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose checks say that they take long come first: the last ones would otherwise run on, alone."""
    seconds: Counter[Path] = Counter()
    for item in items:
        for mark in item.iter_markers("verify"):
            seconds[item.path] += mark.kwargs.get("seconds", 0)
    items.sort(key=lambda item: -seconds[item.path])


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Sums over threads differ in their last bits, and tests run side by side."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def gansearch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that nobody else has; it does not exist until something is written."""
    home = tmp_path / "gansearch_home"
    monkeypatch.setenv("GANSEARCH_HOME", str(home))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return home


@pytest.fixture(autouse=True)
def no_plugin_files() -> Iterator[None]:
    """What a test loads with ``--plugin`` is gone after it."""
    files, given = dict(plugins._files), dict(plugins._given)
    yield
    plugins._files.clear()
    plugins._files.update(files)
    plugins._given.clear()
    plugins._given.update(given)


@pytest.fixture(scope="session")
def tiny_data() -> Data:
    """64 training and 32 test images of 8 x 8 pixels in two classes."""
    return TinyImages().load(None)


EXPLOSIVE = '''
"""Raises after ten steps. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Explosive(Trick):
    """Raises after ten steps."""
    name: ClassVar[str] = "explosive"
    paper: ClassVar[str] = "none"

    def discriminator_loss(self, lanes, batch):
        if (lanes.step >= 10).any():
            raise RuntimeError("the fuse is lit")
'''


@pytest.fixture
def explosive(tmp_path: Path) -> Path:
    """A plug-in file with a trick that raises after ten steps."""
    path = tmp_path / "explosive.py"
    path.write_text(EXPLOSIVE, encoding="utf-8")
    return path


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of an empty bucket of an S3 server on loopback."""
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line per request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")).close()  # its buckets outlive a server
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="studies")
    client.close()
    s3fs.S3FileSystem.clear_instance_cache()  # one of an earlier test would look for its own server
    yield "s3://studies/of-all"
    server.stop()
