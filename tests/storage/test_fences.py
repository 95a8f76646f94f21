from pathlib import Path

import pytest

from gansearch.errors import FencedError
from gansearch.storage import Storage


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(tmp_path if request.param == "local" else f"memory://fences-{tmp_path.name}")


def test_a_newer_attempt_shuts_out_older_ones(storage: Storage) -> None:
    storage.check_fence("s-1", 0)
    storage.fence("s-1", 0)
    storage.fence("s-1", 2)
    storage.check_fence("s-1", 2)
    storage.check_fence("s-1", 3)
    for old in (0, 1):
        with pytest.raises(
            FencedError, match=rf"attempt {old} at s-1 may write nothing more: attempt 2 has replaced it"
        ):
            storage.check_fence("s-1", old)
        with pytest.raises(FencedError, match="attempt 2 has replaced it"):
            storage.fence("s-1", old)


def test_an_announcement_that_comes_late_opens_nothing(storage: Storage) -> None:
    storage.fence("s-1", 3)
    with pytest.raises(FencedError, match="attempt 3 has replaced it"):
        storage.fence("s-1", 1)
    storage.check_fence("s-1", 3)


def test_trials_have_fences_of_their_own(storage: Storage) -> None:
    storage.fence("s-1", 10)
    storage.check_fence("s-10", 0)
    storage.check_fence("s-1-r0", 0)


def test_a_first_attempt_leaves_no_file(storage: Storage) -> None:
    storage.fence("s-1", 0)
    assert storage.list() == []
