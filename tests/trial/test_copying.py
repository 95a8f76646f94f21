from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, CurveWriter, Record, read_curve
from gansearch.errors import CorruptFileError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.trial.copying import TrialCopy

OLD, NEW = TrialIdentity("s", 1), TrialIdentity("mine", 1)


@pytest.fixture(params=["{}/0-3.safetensors", "{}.safetensors"], ids=["now", "format 1"])
def checkpoint(request: pytest.FixtureRequest) -> str:
    """Where a trial's checkpoint lies, with {} for its identity."""
    return f"checkpoints/{request.param}"


@pytest.fixture
def source(tmp_path: Path, checkpoint: str) -> Storage:
    """One attempt with one signal window, samples, a post-mortem and a checkpoint."""
    storage = Storage(tmp_path / "source")
    storage.write(f"samples/{OLD}/2.npz", b"samples")
    storage.write(f"post_mortem/{OLD}/finding.json", b"finding")
    storage.write(checkpoint.format(OLD), b"state")
    append(storage, OLD, 0, Record("attempt", 0, {"from_step": 0, "started": 5.0}), window(0, 0))
    append(storage, OLD, 0, Record("samples", 0, {"epoch": 2, "step": 3, "path": f"samples/{OLD}/2.npz"}))
    append(storage, OLD, 0, Record("checkpoint", 0, {"step": 3, "path": checkpoint.format(OLD)}))
    return storage


@pytest.fixture
def target(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "target")


def window(attempt: int, first: int) -> Record:
    values = {"d_loss": np.arange(first, first + 3, dtype=np.float32)}
    return Record("signals", attempt, {"first_step": first, "names": ["d_loss"], "values": values})


def append(storage: Storage, identity: TrialIdentity, attempt: int, *records: Record) -> None:
    writer = CurveWriter(storage, identity, attempt)
    for record in records:
        writer.append(record)
    writer.close()


def curve(storage: Storage, identity: TrialIdentity) -> Curve:
    return Curve.of(read_curve(storage, identity)[0])


def test_everything_of_a_trial_lies_under_its_new_name(source: Storage, target: Storage, checkpoint: str) -> None:
    assert TrialCopy(source, target, OLD, NEW).run()
    assert target.list() == [
        checkpoint.format(NEW),
        "post_mortem/mine-1/finding.json",
        "records/mine-1.records",
        "samples/mine-1/2.npz",
    ]
    copied = curve(target, NEW)
    assert copied.samples_by_epoch == {2: "samples/mine-1/2.npz"}
    assert copied.checkpoint_step == 3
    np.testing.assert_array_equal(copied.signals["d_loss"], [0.0, 1.0, 2.0])
    times = [[each.time for each in read_curve(storage, who)[0]] for storage, who in ((source, OLD), (target, NEW))]
    assert times[0] == times[1]


def test_under_the_same_name_the_record_is_copied_as_it_is(source: Storage, target: Storage) -> None:
    assert TrialCopy(source, target, OLD, OLD).run()
    assert target.read("records/s-1.records") == source.read("records/s-1.records")


@pytest.mark.parametrize("name", [OLD, NEW])
def test_a_torn_end_is_left_out_and_what_comes_later_is_added(
    source: Storage, target: Storage, name: TrialIdentity
) -> None:
    whole = source.read("records/s-1.records")
    source.write("records/s-1.records", whole + whole[:20])
    assert TrialCopy(source, target, OLD, name).run()
    append(source, OLD, 1, Record("attempt", 1, {"from_step": 3, "started": 6.0}), window(1, 3))
    assert TrialCopy(source, target, OLD, name).run()
    copied = curve(target, name)
    assert copied.attempt == 1
    np.testing.assert_array_equal(copied.signals["d_loss"], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])


def test_a_trial_that_has_gone_on_by_itself_is_left_alone(source: Storage, target: Storage, checkpoint: str) -> None:
    TrialCopy(source, target, OLD, NEW).run()
    append(target, NEW, 1, Record("attempt", 1, {"from_step": 3, "started": 6.0}), window(1, 3))
    append(source, OLD, 1, Record("attempt", 1, {"from_step": 0, "started": 7.0}))
    source.write(checkpoint.format(OLD), b"another state")
    assert not TrialCopy(source, target, OLD, NEW).run()
    assert curve(target, NEW).steps == 6
    assert target.read(checkpoint.format(NEW)) == b"state"


def test_a_checkpoint_that_has_been_removed_is_not_waited_for(
    source: Storage, target: Storage, checkpoint: str
) -> None:
    source.delete(checkpoint.format(OLD))
    assert TrialCopy(source, target, OLD, NEW).run()
    assert curve(target, NEW).steps == 3


def test_a_damaged_record_is_not_copied(source: Storage, target: Storage) -> None:
    source.write("records/s-1.records", b"x" * 100)
    with pytest.raises(CorruptFileError, match=r"records/s-1.records is damaged at byte 0"):
        TrialCopy(source, target, OLD, NEW).run()
    assert target.list() == []
