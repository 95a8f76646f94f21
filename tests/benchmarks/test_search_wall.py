"""A whole search against a user's script: the list, the sides' commands, the tables; the peers against our own code."""

from __future__ import annotations

import ast
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

import benchmarks.peers
from benchmarks.peers.digits import DigitsGan, Evaluation, digits, train
from benchmarks.search_list import configurations, space
from benchmarks.search_sides import CHECKOUT, WEIGHTS, Loop, Ours, Outcome, SideError, Task, Trial, Tune, carried_out
from benchmarks.search_wall import (
    ASKED,
    FULL,
    OURS,
    PLANS,
    QUICK,
    Plan,
    in_turn,
    kept,
    main,
    time_rows,
    wall_rows,
    work_rows,
)
from gansearch.data import Mnist5k
from gansearch.gan.sizing import learned
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.views import views
from gansearch.space import parse_space
from gansearch.space.configuration import resolve

PEERS = Path(benchmarks.peers.__path__[0])
TINY = dataclasses.replace(configurations(1)[0], g_layers=2, d_layers=2)


def outcome(wall_s: float, *, before_s: float = 10.0, after_s: float = 5.0) -> Outcome:
    trials = [Trial(6, 2.0, 1.0, distance, 100 + before_s, 100 + wall_s - after_s) for distance in (600.0, 700.0)]
    return Outcome(100.0, 100.0 + wall_s, trials)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_always_the_same_and_within_its_ranges() -> None:
    listed = configurations(24)

    assert listed[:3] == configurations(3)
    assert len(set(listed)) == 24
    assert {each.g_layers for each in listed} == {2, 3, 4, 5, 6, 7}
    assert {each.d_layers for each in listed} == {2, 3, 4, 5}
    assert len({each.g_activation for each in listed}) == 5
    assert all(1e-5 <= rate <= 1e-3 for each in listed for rate in (each.g_lr, each.d_lr))
    assert (FULL.epochs, len(FULL.listed)) == (12, 24)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_our_plan_is_the_list(early_stopping: bool) -> None:
    listed = configurations(24)
    found = parse_space(json.dumps(space(listed, 12, early_stopping=early_stopping)), "the list")

    assert [dict(each) for each in found.plan.enqueue] == [each.as_we_read_it() for each in listed]
    assert found.plan.trials == 24
    assert found.detectors.mode == ("enforce" if early_stopping else "off")
    assert found.plan.pruner["name"] == ("hyperband" if early_stopping else "none")


# --- the peers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["digits", "digits_loop", "digits_tune"])
def test_a_peer_has_nothing_of_ours(name: str) -> None:
    tree = ast.parse((PEERS / f"{name}.py").read_text(encoding="utf-8"))
    imported = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    imported += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert not [each for each in imported if each.startswith("gansearch")]
    assert {each for each in imported if each.startswith("benchmarks")} <= {"benchmarks.peers.digits"}


def test_players_have_as_many_parameters_as_ours() -> None:
    listed = configurations(24)
    found = parse_space(json.dumps(space(listed, 12, early_stopping=False)), "the list")

    for each in (min(listed, key=lambda one: one.g_layers), max(listed, key=lambda one: one.d_layers)):
        ours, theirs = resolve(found.settings(each.as_we_read_it())), DigitsGan(each.as_peers_read_it())
        players = ours.generator.build(Mnist5k.geometry), ours.discriminator.divided(Mnist5k.geometry)
        peers = theirs.generator, theirs.discriminator
        assert [learned(player) for player in players] == [
            sum(parameter.numel() for parameter in peer.parameters()) for peer in peers
        ]


def test_their_evaluation_is_ours(tmp_path: Path) -> None:
    images, data = digits(), Mnist5k().load(None)
    samples = DigitsGan(TINY.as_peers_read_it()).sample(torch.randn(1_000, 100, generator=stream()))
    mixed = torch.where(torch.rand(1_000, 1, generator=stream()) < 0.5, samples, images[:1_000])
    found = Evaluation(images, WEIGHTS)(mixed)
    values = Evaluator(data, views(data, tmp_path)).evaluate(mixed.view(-1, 1, 28, 28))

    assert torch.equal(images, data.train.batch(torch.arange(5_000)).flatten(1))
    assert found == pytest.approx({each.name: each.value for each in values}, rel=1e-6, abs=1e-9)


def test_their_epoch_has_our_steps(tmp_path: Path) -> None:
    images = digits()[:1_000]
    (first, second) = train(TINY.as_peers_read_it(), 2, images, Evaluation(images, WEIGHTS))

    assert (first["steps"], second["steps"]) == (7, 14)
    assert 0 < first["d_loss"] < 10
    assert 0 < first["training_s"] < second["training_s"] < 60
    assert first["frechet_distance"] != second["frechet_distance"]


# --- the sides --------------------------------------------------------------------------------------------------------


def test_processes_share_the_list_out(tmp_path: Path) -> None:
    commands = Loop("two", processes=2, threads=1).commands(Task(configurations(5), 3), tmp_path)
    tasks = [json.loads(Path(command[-1]).read_text(encoding="utf-8")) for command in commands]
    listed = [each.as_peers_read_it() for each in configurations(5)]

    assert [task["configs"] for task in tasks] == [listed[::2], listed[1::2]]
    assert {task["threads"] for task in tasks} == {1}
    assert len({task["tracking_uri"] for task in tasks}) == 2
    assert [command[2] for command in commands] == ["benchmarks.peers.digits_loop"] * 2


def test_the_commands_of_the_others(tmp_path: Path) -> None:
    (ours,) = Ours("ours").commands(QUICK, tmp_path)
    (tune,) = Tune("tune").commands(QUICK, tmp_path)
    task = json.loads(Path(tune[-1]).read_text(encoding="utf-8"))

    assert ours[:4] == [sys.executable, "-m", "gansearch.cli", "launch"]
    assert json.loads((tmp_path / "space.yaml").read_text(encoding="utf-8"))["training"]["epochs"] == 2
    assert (task["reuse_actors"], len(task["configs"])) == (False, 3)


@dataclasses.dataclass(frozen=True)
class Scripted:
    """A side that runs a line of Python."""

    line: str
    name: str = "scripted"

    def commands(self, task: Task, folder: Path) -> Sequence[Sequence[str]]:
        return [[sys.executable, "-c", self.line]]

    def trials(self, folder: Path) -> Sequence[Trial]:
        assert (folder / "here").read_text(encoding="utf-8") == str(CHECKOUT)
        return outcome(20).trials


def test_a_side_runs_in_a_folder_of_its_own() -> None:
    line = "import os, pathlib; pathlib.Path('here').write_text(os.environ['PYTHONPATH'])"
    found = carried_out(Scripted(line), Task(configurations(2), 1))

    assert 0 < found.wall_s < 30
    assert len(found.trials) == 2


def test_a_side_that_fails_or_leaves_trials_out_is_told() -> None:
    with pytest.raises(SideError, match=r"scripted has failed; its last lines:\n.*no such luck"):
        carried_out(Scripted("raise SystemExit('no such luck')"), QUICK)
    line = "import os, pathlib; pathlib.Path('here').write_text(os.environ['PYTHONPATH'])"
    with pytest.raises(SideError, match="scripted must run 3 trials; it has run 2"):
        carried_out(Scripted(line), QUICK)


# --- the tables -------------------------------------------------------------------------------------------------------


def test_an_outcome_divides_into_its_parts() -> None:
    found = outcome(30.0)

    assert (found.wall_s, found.before_s, found.trials_s, found.after_s) == (30.0, 10.0, 15.0, 5.0)
    measured = dataclasses.replace(found.trials[0], measured=128.0)
    assert dataclasses.replace(found, trials=[measured, found.trials[1]]).measuring_s == 3.0
    assert found.measuring_s == 0.0


def test_ratios_are_taken_within_rounds() -> None:
    plans = [Plan(OURS), Plan(Loop("loop", 2, 1)), Plan(Loop("once", 1, None), slots=1, is_once=True)]
    found = {"ours": [outcome(20), outcome(40)], "loop": [outcome(30), outcome(40)], "once": [outcome(50)]}
    ours, loop, once = wall_rows(plans, found)

    assert (ours["over ours"], loop["over ours"], once["over ours"]) == (1.0, 1.25, 2.5)
    assert (loop["wall s"], loop["quartiles"], loop["rounds"], once["rounds"]) == (35.0, "1.12-1.38", 2, 1)
    assert "over ours" not in wall_rows(plans[1:], {"loop": [outcome(30)], "once": [outcome(50)]})[0]


def test_where_the_time_goes() -> None:
    plans = [Plan(OURS), Plan(Loop("once", 1, None), slots=1, is_once=True)]
    ours, once = time_rows(plans, {"ours": [outcome(30)], "once": [outcome(30)]})

    assert ours["of it the best measured"] == 0.0
    assert (ours["training"], ours["evaluation"], ours["slots"], ours["idle"]) == (4.0, 2.0, 30.0, 0.8)
    assert (once["slots"], once["idle"]) == (15.0, 0.6)
    (work,) = work_rows(plans[:1], {"ours": [outcome(30)]})
    assert (work["trials"], work["steps"], work["distance"]) == (2, 12, 650.0)


def test_rounds_alternate_and_some_sides_are_measured_once() -> None:
    first, second = ([plan.name for plan in in_turn(PLANS, number)] for number in (0, 1))

    assert first == [plan.name for plan in PLANS]
    assert second == [plan.name for plan in PLANS if not plan.is_once][::-1]


def test_only_some_sides() -> None:
    assert kept([]) == list(PLANS)
    assert [plan.name for plan in kept(["ours", "Ray Tune, actors"])] == ["ours", "ours, early stopping", ASKED[0].name]
    with pytest.raises(SystemExit, match="--only 'theirs' must begin a side's name"):
        kept(["theirs"])


@pytest.mark.verify(seconds=170)
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wall.json"
    main(["--quick", "--rounds", "1", "--only", "one loop", "--json", str(path)])
    (wall,), (times,), (work,) = json.loads(path.read_text(encoding="utf-8"))["tables"].values()

    assert (work["trials"], work["steps"]) == (3, 3 * 2 * 39)
    assert 0 < times["training"] + times["evaluation"] <= times["slots"] < wall["wall s"]
    assert wall["side"] in capsys.readouterr().out


def stream() -> torch.Generator:
    return torch.Generator().manual_seed(0)
