"""Secrets are made once, and their owner alone can read them."""

from __future__ import annotations

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.private_files import ensure_secret, read_secret


def test_a_secret_is_made_once_and_for_its_owner_alone(folder: Layout) -> None:
    ensure_secret(folder.token)
    first = read_secret(folder.token)
    ensure_secret(folder.token)

    assert len(first) == 64
    assert read_secret(folder.token) == first
    assert folder.token.stat().st_mode & 0o777 == 0o600
    assert folder.folder.stat().st_mode & 0o777 == 0o700


def test_a_secret_stands_in_the_form_that_its_reader_wants(folder: Layout) -> None:
    ensure_secret(folder.passfile, "127.0.0.1:*:*:gansearch:{}\n")

    assert len(read_secret(folder.passfile)) == len("127.0.0.1:*:*:gansearch:") + 64


def test_a_secret_that_others_may_read_is_refused(folder: Layout) -> None:
    ensure_secret(folder.token)
    folder.token.chmod(0o640)

    with pytest.raises(ExecutorError, match=r"only its owner may read it \(mode 600\); its mode is 640"):
        ensure_secret(folder.token)


def test_a_secret_that_is_empty_or_missing_is_refused(folder: Layout) -> None:
    with pytest.raises(ExecutorError, match="is missing; end the cluster and start it again"):
        read_secret(folder.token)

    folder.token.touch(mode=0o600)
    with pytest.raises(ExecutorError, match="must hold a secret, and is empty"):
        ensure_secret(folder.token)
