"""What a loss counts for, and when its run may be begun again."""

from __future__ import annotations

import pytest

from gansearch.study.losses import Loss, is_spent
from gansearch.study.replicate import LOSSES, Replicate


def test_a_worker_may_be_lost_so_often_in_a_row_and_waits_longer_each_time() -> None:
    replicate = Replicate(0)
    spent, due = [], []
    for _ in range(LOSSES):
        spent.append(is_spent(replicate, Loss.WORKER, checkpoint_step=0, now=100.0))
        due.append(replicate.due)
    assert spent == [False, False, True]
    assert due == [101.0, 104.0, 116.0]


def test_a_newer_checkpoint_counts_anew() -> None:
    replicate = Replicate(0)
    assert not any(is_spent(replicate, Loss.WORKER, checkpoint_step=step, now=0.0) for step in range(1, 9))
    assert replicate.losses == 1


@pytest.mark.parametrize(("loss", "due"), [(Loss.DRIVER, 0.0), (Loss.STORAGE, 101.0)])
def test_what_says_little_about_the_configuration_is_not_held_against_it(loss: Loss, due: float) -> None:
    replicate = Replicate(0)
    assert not any(is_spent(replicate, loss, checkpoint_step=0, now=100.0) for _ in range(2 * LOSSES))
    assert (replicate.losses, replicate.due) == (0, due)
    assert replicate.driver_losses == (2 * LOSSES if loss is Loss.DRIVER else 0)
