"""Broken search spaces: every kind of mistake, with its exact line, key, rule and suggestion."""

# ruff: noqa: E501 (a table: one case a line)

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gansearch.data import datasets
from gansearch.dimensions import declared
from gansearch.errors import SpaceError, SpaceProblem
from gansearch.gan import generators
from gansearch.space import parse_space
from gansearch.space.reader import KEYS
from gansearch.space.shells import BudgetShell, PlanShell
from gansearch.training import TrainingSettings, optimizers
from gansearch.tricks import tricks

WHOLE = """\
name: broken
dataset: {name: ring}
plan: {trials: 5, pruner: none}
"""
DATASETS = ", ".join(datasets.names())
OPTIMIZERS = ", ".join(optimizers.names())
PENALTIES = ", ".join(trick.name for trick in tricks if trick.slot == "gradient_penalty")
FIELDS = ", ".join(declared(generators.get("mlp")))
ACTIVATIONS = ", ".join(map(str, declared(generators.get("mlp"))["activation"].limits.choices))  # type: ignore[union-attr]
TRAINING = ", ".join(declared(TrainingSettings))
DATA = "name: broken\ndataset: {name: ring}\n"


@dataclass(frozen=True)
class Case:
    text: str
    line: int
    key: str
    rule: str
    value: str
    suggestion: str | None = None


CASES = {
    "no YAML": Case("name: [a\n", 2, "(file)", "must be YAML: expected ',' or ']', but got '<stream end>'", "the end of the file"),
    "a tab": Case("name: a\n\tdataset: b\n", 2, "(file)", "must be YAML: found character '\\t' that cannot start any token", "dataset: b"),
    "empty": Case("", 1, "(file)", "must be a mapping with name, dataset and plan", "nothing"),
    "a list": Case("- name\n", 1, "(file)", "must be a mapping with name, dataset and plan", "- name"),
    "two documents": Case("name: a\n---\nname: b\n", 2, "(file)", "must be YAML: but found another document", "---"),
    "a tag": Case(WHOLE + "training: {epochs: !!python/int 3}\n", 4, "training.epochs", "must be a plain value, without a tag", "!!python/int 3"),
    "a duplicate key": Case(WHOLE + "generator:\n  layers: 3\n  width: 64\n  layers: 4\n", 7, "generator.layers", "must stand once; it stands on line 5 already", "4"),
    "an unknown section": Case(WHOLE + "generater: {}\n", 4, "generater", f"must be a section: {', '.join(KEYS)}", "generater", "generator"),
    "no name": Case("dataset: {name: ring}\nplan: {trials: 5}\n", 1, "name", "must be given", "nothing"),
    "a name with a space": Case("name: a b\ndataset: {name: ring}\nplan: {trials: 5}\n", 1, "name", "must be a word of letters, digits, dots, dashes and underscores", "a b"),
    "no data set": Case("name: broken\nplan: {trials: 5}\n", 1, "dataset.name", "must be given", "nothing"),
    "an unknown data set": Case("name: broken\ndataset:\n  name: rings\nplan: {trials: 5}\n", 3, "dataset.name", f"must be one of {DATASETS}", "rings", "ring"),
    "a searched data set": Case("name: broken\ndataset: {name: {choice: [ring, grid]}}\nplan: {trials: 5}\n", 2, "dataset.name", "must be fixed: values compare only on one data set", "{choice: [ring, grid]}"),
    "no plan": Case(DATA, 1, "plan", "must be given", "nothing"),
    "an unknown field": Case(WHOLE + "generator:\n  layer: 3\n", 5, "generator.layer", f"must be a field of mlp: {FIELDS}", "layer", "layers"),
    "a word for a number": Case(WHOLE + "generator: {layers: three}\n", 4, "generator.layers", "must be a whole number in [1, 100]", "three"),
    "a real for a whole number": Case(WHOLE + "generator: {layers: 2.5}\n", 4, "generator.layers", "must be a whole number in [1, 100]", "2.5"),
    "true for a number": Case(WHOLE + "generator: {dropout: true}\n", 4, "generator.dropout", "must be a number in [0, 0.99]", "true"),
    "not a number": Case(WHOLE + "generator: {dropout: .nan}\n", 4, "generator.dropout", "must be a number in [0, 0.99]", ".nan"),
    "out of the limits": Case(WHOLE + "generator: {dropout: 1.5}\n", 4, "generator.dropout", "must be a number in [0, 0.99]", "1.5"),
    "an unknown choice": Case(WHOLE + "generator: {activation: rel}\n", 4, "generator.activation", f"must be one of {ACTIVATIONS}", "rel", "relu"),
    "an unknown choice in a choice": Case(WHOLE + "generator:\n  activation:\n    choice:\n      - relu\n      - geluu\n", 8, "generator.activation.choice[1]", f"must be one of {ACTIVATIONS}", "geluu", "gelu"),
    "an unknown optimizer": Case(WHOLE + "optimizer: {generator: {name: adem}}\n", 4, "optimizer.generator.name", f"must be one of {OPTIMIZERS}", "adem", "adam"),
    "an optimizer for nobody": Case(WHOLE + "optimizer:\n  generators: {lr: 1e-4}\n", 5, "optimizer.generators", "must be a key of optimizer: generator, discriminator", "generators", "generator"),
    "a bound out of the limits": Case(WHOLE + "generator: {dropout: {float: [0.0, 1.5]}}\n", 4, "generator.dropout.float[1]", "must be a number in [0, 0.99]", "1.5"),
    "bounds in the wrong order": Case(WHOLE + "generator: {layers: {int: [7, 2]}}\n", 4, "generator.layers.int", "must be [low, high] with low not above high", "[7, 2]", "[2, 7]"),
    "three bounds": Case(WHOLE + "generator: {layers: {int: [2, 3, 4]}}\n", 4, "generator.layers.int", "must be a list of two numbers, [low, high]", "[2, 3, 4]"),
    "a real range for a whole number": Case(WHOLE + "generator: {layers: {float: [2, 7]}}\n", 4, "generator.layers.float", "must be searched with int or choice: it is a whole number", "float", "int"),
    "a range for a word": Case(WHOLE + "generator: {init: {int: [2, 7]}}\n", 4, "generator.init.int", "must be searched with choice: it is one of several values", "int", "choice"),
    "a logarithm of zero": Case(WHOLE + "generator: {dropout: {float: [0, 0.5], log: true}}\n", 4, "generator.dropout.float", "must have low above 0, because log is true", "[0, 0.5]"),
    "log and step": Case(WHOLE + "generator: {layers: {int: [2, 8], log: true, step: 2}}\n", 4, "generator.layers.step", "must not stand beside log: true", "2"),
    "a step that does not fit": Case(WHOLE + "generator: {layers: {int: [2, 7], step: 2}}\n", 4, "generator.layers.step", "must divide high - low", "2", "generator.layers.int: [2, 6]"),
    "a step of nothing": Case(WHOLE + "generator: {dropout: {float: [0, 0.5], step: 0}}\n", 4, "generator.dropout.step", "must be a number above 0", "0"),
    "log that is no switch": Case(WHOLE + "generator: {layers: {int: [2, 8], log: yes}}\n", 4, "generator.layers.log", "must be true or false", "yes"),
    "two kinds of dimension": Case(WHOLE + "generator: {layers: {int: [2, 7], choice: [2, 7]}}\n", 4, "generator.layers", "must be a value, or have exactly one of float, int, choice", "{int: [2, 7], choice: [2, 7]}"),
    "a misspelt key of a dimension": Case(WHOLE + "generator:\n  layers: {int: [2, 7],\n    lgo: true}\n", 6, "generator.layers.lgo", "must be a key of a dimension: float, int, choice, log, step, when", "lgo", "log"),
    "an empty choice": Case(WHOLE + "generator: {init: {choice: []}}\n", 4, "generator.init.choice", "must be a list of at least one value", "[]"),
    "a choice twice": Case(WHOLE + "generator: {init: {choice: [he, torch, he]}}\n", 4, "generator.init.choice[2]", "must differ from the other choices", "he"),
    "a scale beside a choice": Case(WHOLE + "generator: {layers: {choice: [2, 4], log: true}}\n", 4, "generator.layers.log", "must stand beside float or int; a choice has no scale", "true"),
    "searched epochs": Case(WHOLE + "training: {epochs: {int: [1, 5]}}\n", 4, "training.epochs", "must be fixed: trials are compared after equal training", "{int: [1, 5]}"),
    "an unknown key of training": Case(WHOLE + "training: {epoch: 5}\n", 4, "training.epoch", f"must be a key of training: {TRAINING}", "epoch", "epochs"),
    "a condition on an architecture": Case(WHOLE + "loss: {choice: [minimax, non_saturating], when: {generator.layers: 3}}\n", 4, "loss.when", "must not stand here: every trial needs a value", "{generator.layers: 3}"),
    # Tricks.
    "an unknown trick": Case(WHOLE + "tricks:\n  label_flip: {enabled: true}\n", 5, "tricks.label_flip", "", "label_flip", "label_flips"),
    "a trick that is maybe on": Case(WHOLE + "tricks: {label_flips: {enabled: maybe}}\n", 4, "tricks.label_flips.enabled", "must be one of true, false", "maybe"),
    "a slot with a foreign trick": Case(WHOLE + "tricks: {gradient_penalty: ema}\n", 4, "tricks.gradient_penalty", f"must be one of off, {PENALTIES}", "ema"),
    "a slotted trick without its slot": Case(WHOLE + "tricks: {r1_penalty: {gamma: 1.0}}\n", 4, "tricks.r1_penalty", "must be chosen by tricks.gradient_penalty, which the file leaves out", "{gamma: 1.0}"),
    "a slotted trick that is never chosen": Case(WHOLE + "tricks:\n  gradient_penalty: {choice: [off, wgan_gp]}\n  r1_penalty: {gamma: 1.0}\n", 6, "tricks.r1_penalty", "must be chosen by tricks.gradient_penalty", "gradient_penalty: {choice: [off, wgan_gp]}"),
    "a slotted trick switched by hand": Case(WHOLE + "tricks:\n  gradient_penalty: r1_penalty\n  r1_penalty: {enabled: true}\n", 6, "tricks.r1_penalty.enabled", "must stand beside the choice of tricks.gradient_penalty, which switches this trick", "true"),
    # Conditions.
    "a condition on nothing known": Case(WHOLE + "generator: {layers: {int: [2, 7]}, dropout: {float: [0, 0.6], when: {generator.layer: 3}}}\n", 4, "generator.dropout.when.generator.layer", "must name a setting of this space", "generator.layer", "generator.layers"),
    "a condition that never holds": Case(WHOLE + "generator: {layers: {int: [2, 7]}, dropout: {float: [0, 0.6], when: {generator.layers: {min: 8}}}}\n", 4, "generator.dropout.when.generator.layers", "can never hold: generator.layers must be a whole number in [2, 7]", "{min: 8}"),
    "a condition that a fixed value denies": Case(WHOLE + "generator: {layers: 3, dropout: {float: [0, 0.6], when: {generator.layers: 4}}}\n", 4, "generator.dropout.when.generator.layers", "can never hold: generator.layers is fixed at 3", "4"),
    "a bound on a word": Case(WHOLE + "generator: {init: {choice: [he, torch]}, dropout: {float: [0, 0.6], when: {generator.init: {min: 2}}}}\n", 4, "generator.dropout.when.generator.init", "must be a value or a list of values: generator.init has no order", "{min: 2}"),
    "a misspelt bound": Case(WHOLE + "generator: {layers: {int: [2, 7]}, dropout: {float: [0, 0.6], when: {generator.layers: {mn: 2}}}}\n", 4, "generator.dropout.when.generator.layers.mn", "must be a bound: min, max", "mn", "min"),
    "a circle of conditions": Case(WHOLE + "generator:\n  layers: {int: [2, 7], when: {generator.width: 64}}\n  width: {choice: [64, 128], when: {generator.layers: 3}}\n", 5, "generator.layers.when", "must not go round in a circle: generator.layers, generator.width", "{generator.width: 64}"),
    # Plans.
    "an ablation of nothing": Case(DATA + "plan: {kind: ablation}\n", 3, "plan", "must have factors: at least one searched value, as {choice: [false, true]}, somewhere in the space", "none"),
    "an ablation over a real range": Case(DATA + "plan: {kind: ablation}\ngenerator:\n  dropout: {float: [0, 0.6]}\n", 5, "generator.dropout", "must have a step, or be a choice: an ablation needs countable values", "{float: [0, 0.6]}"),
    "a design without an ablation": Case(DATA + "plan: {kind: grid, design: factorial}\n", 3, "plan.design", "must be left out unless plan.kind is ablation", "factorial"),
    "an unknown kind": Case(DATA + "plan: {kind: gird}\n", 3, "plan.kind", "must be one of search, grid, ablation", "gird", "grid"),
    "no end": Case(DATA + "plan: {kind: search}\n", 3, "plan", "must have trials, or the space a budget with a bound: a search has no end of its own", "neither"),
    "a price and no bound": Case(DATA + "plan: {kind: search}\nbudget: {cost_per_gpu_hour: 2}\n", 3, "plan", "must have trials, or the space a budget with a bound: a search has no end of its own", "neither"),
    "no trials": Case(DATA + "plan: {trials: 0}\n", 3, "plan.trials", "must be at least 1", "0"),
    "half a trial": Case(DATA + "plan: {trials: 2.5}\n", 3, "plan.trials", "must be a whole number", "2.5"),
    "no hours": Case(DATA + "plan: {hours: 0}\n", 3, "plan.hours", "must be above 0", "0"),
    "no GPU-hours": Case(WHOLE + "resources: {gpu: 1}\nbudget: {gpu_hours: 0}\n", 5, "budget.gpu_hours", "must be above 0", "0"),
    "a misspelt key of the budget": Case(WHOLE + "budget: {gpu_hour: 3}\n", 4, "budget.gpu_hour", f"must be a key of budget: {', '.join(BudgetShell.model_fields)}", "gpu_hour", "gpu_hours"),
    "hours in both spellings": Case(DATA + "plan: {hours: 1}\nbudget: {hours: 2}\n", 3, "plan.hours", "must be left out beside budget.hours: they are two spellings of one bound", "1"),
    "epochs in both spellings": Case(DATA + "plan: {epochs: 9}\nbudget: {epochs: 9}\n", 3, "plan.epochs", "must be left out beside budget.epochs: they are two spellings of one bound", "9"),
    "a cost without a price": Case(WHOLE + "resources: {gpu: 1}\nbudget: {cost: 20}\n", 5, "budget.cost", "must stand with cost_per_gpu_hour: nothing else says what a GPU-hour costs", "20"),
    "GPU-hours without a GPU": Case(WHOLE + "budget: {gpu_hours: 3}\n", 4, "budget.gpu_hours", "must be left out where resources.gpu is 0: no GPU-hour is ever used", "3"),
    "a cost without a GPU": Case(WHOLE + "budget: {cost: 3, cost_per_gpu_hour: 2}\n", 4, "budget.cost", "must be left out where resources.gpu is 0: no GPU-hour is ever used", "3"),
    "a misspelt key of the plan": Case(DATA + "plan:\n  trials: 5\n  samplr: tpe\n", 5, "plan.samplr", f"must be a key of plan: {', '.join(PlanShell.model_fields)}", "samplr", "sampler"),
    "an unknown sampler": Case(DATA + "plan: {trials: 5, sampler: tpee}\n", 3, "plan.sampler", "must be one of tpe, random, gp, cmaes, qmc, nsgaii, grid", "tpee", "tpe"),
    "an unknown option": Case(DATA + "plan: {trials: 5, sampler: {name: qmc, scrambled: true}}\n", 3, "plan.sampler.scrambled", "must be an option of qmc: qmc_type, scramble", "scrambled", "scramble"),
    "an option where there is none": Case(DATA + "plan: {trials: 5, sampler: {name: random, seed: 3}}\n", 3, "plan.sampler.seed", "must not stand here: random has no options", "3"),
    "an option out of range": Case(DATA + "plan: {trials: 5, pruner: {name: hyperband, reduction_factor: 1}}\n", 3, "plan.pruner.reduction_factor", "must be a whole number in [2, 1000]", "1"),
    "a group without multivariate": Case(DATA + "plan: {trials: 5, sampler: {name: tpe, group: true}}\n", 3, "plan.sampler.group", "must stand with multivariate: true", "true"),
    "wilcoxon without replicates": Case(DATA + "plan: {trials: 5, pruner: wilcoxon}\n", 3, "plan.pruner", "must have plan.replicates of at least 2: the test compares runs of the same configuration", "wilcoxon"),
    "promotion with replicates": Case(DATA + "plan: {trials: 5, replicates: 3, pruner: promotion}\n", 3, "plan.pruner", "must stand with plan.replicates of 1, where one run is one trial; there are 3", "promotion"),
    "promotion for two objectives": Case(DATA + "plan: {trials: 5, pruner: promotion, objective: [frechet_distance, precision]}\n", 3, "plan.pruner", "must be none: nothing can be pruned by 2 objectives", "promotion"),
    "promotion without a rung": Case(DATA + "plan: {trials: 5, pruner: {name: promotion, min_resource: 100}}\n", 3, "plan.pruner.min_resource", "must be below training.epochs, which is 100: no rung is left", "100"),
    "a pruner for two objectives": Case(DATA + "plan:\n  trials: 5\n  pruner: median\n  objective: [frechet_distance, precision]\n", 5, "plan.pruner", "must be none: nothing can be pruned by 2 objectives", "median"),
    "two generators": Case(DATA + "plan: {trials: 5, objective: [{metric: precision, generator: live}, recall]}\n", 3, "plan.objective", "must take the same generator, ema or live, in every objective", "[{metric: precision, generator: live}, recall]"),
    "cmaes for two objectives": Case(DATA + "plan: {trials: 5, sampler: cmaes, objective: [precision, recall]}\n", 3, "plan.sampler", "must be a sampler for several objectives: tpe, random, gp, qmc, nsgaii or grid", "cmaes"),
    "the same objective twice": Case(DATA + "plan: {trials: 5, objective: [recall, recall]}\n", 3, "plan.objective[1]", "must differ from the other objectives", "recall"),
    "no objective": Case(DATA + "plan: {trials: 5, objective: []}\n", 3, "plan.objective", "must have at least one objective", "[]"),
    "an unknown metric": Case(DATA + "plan: {trials: 5, objective: {metric: frechet_distanc}}\n", 3, "plan.objective.metric", "", "frechet_distanc", "frechet_distance"),
    "an objective without a metric": Case(DATA + "plan: {trials: 5, objective: {value: last}}\n", 3, "plan.objective.metric", "must be given", "nothing"),
    "an unknown statistic": Case(DATA + "plan: {trials: 5, objective: {metric: recall, value: lst}}\n", 3, "plan.objective.value", "must be one of mean_last_3, last, best", "lst", "last"),
    "hyperband beyond the end": Case(DATA + "plan: {trials: 5, pruner: {name: hyperband, max_resource: 200}}\n", 3, "plan.pruner.max_resource", "must be at most training.epochs, which is 100", "200"),
    "hyperband without a range": Case(DATA + "plan: {trials: 5, pruner: {name: hyperband, min_resource: 9, max_resource: 9}}\n", 3, "plan.pruner.min_resource", "must have min_resource below max_resource, which is 9", "9"),
    "a grid over a real range": Case(DATA + "plan: {kind: grid}\ngenerator:\n  dropout: {float: [0, 0.6]}\n", 5, "generator.dropout", "must have a step, or be a choice: a grid needs countable values", "{float: [0, 0.6]}"),
    "a grid sampler over a real range": Case(DATA + "plan: {sampler: grid}\ngenerator:\n  dropout: {float: [0, 0.6]}\n", 5, "generator.dropout", "must have a step, or be a choice: a grid needs countable values", "{float: [0, 0.6]}"),
    "a sampler for a grid": Case(DATA + "plan: {kind: grid, sampler: tpe}\n", 3, "plan.sampler", "must be left out: a grid tries every combination", "tpe"),
    "a queue that is no list": Case(DATA + "plan: {trials: 5, enqueue: defaults}\n", 3, "plan.enqueue", "must be a list of defaults and mappings, as [defaults, {generator.layers: 3}]", "defaults"),
    "a queued word": Case(DATA + "plan: {trials: 5, enqueue: [default]}\n", 3, "plan.enqueue[0]", "must be defaults, or a mapping from searched parameters to values", "default"),
    "a queued fixed setting": Case(DATA + "plan:\n  trials: 5\n  enqueue:\n    - defaults\n    - {generator.layer: 3}\ngenerator: {layers: {int: [2, 7]}}\n", 7, "plan.enqueue[1].generator.layer", "must be a searched parameter", "3", "generator.layers"),
    "a queued value out of range": Case(DATA + "plan: {trials: 5, enqueue: [{generator.layers: 9}]}\ngenerator: {layers: {int: [2, 7]}}\n", 3, "plan.enqueue[0].generator.layers", "must be a whole number in [2, 7]", "9"),
    "a queued value that is not asked for": Case(DATA + "plan:\n  trials: 5\n  enqueue:\n    - tricks.r1_penalty.gamma: 2.0\ntricks: {gradient_penalty: {choice: [off, r1_penalty]}, r1_penalty: {gamma: {float: [1, 9]}}}\n", 6, "plan.enqueue[0].tricks.r1_penalty.gamma", "must be left out unless tricks.gradient_penalty is r1_penalty", "2"),
    # Resources and detectors.
    "nothing to run on": Case(WHOLE + "resources: {cpu: 0}\n", 4, "resources.cpu", "must be above 0 where gpu is 0: a trial needs something to run on", "0"),
    "no lanes": Case(WHOLE + "resources: {lanes: 0}\n", 4, "resources.lanes", "must be auto or a whole number of at least 1", "0"),
    "an unknown mode": Case(WHOLE + "detectors: {mode: enforced}\n", 4, "detectors.mode", "must be one of off, shadow, enforce", "enforced", "enforce"),
    "a section that is no mapping": Case(WHOLE + "resources: many\n", 4, "resources", "must be a mapping", "many"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_problem(case: Case) -> None:
    with pytest.raises(SpaceError, match=r"broken\.yaml:\d+: ") as caught:
        parse_space(case.text, "broken.yaml")
    (problem,) = caught.value.problems
    # A rule that lists every plug-in of a kind is left empty in the table: plug-ins come and go.
    rule = case.rule or problem.rule
    assert problem == SpaceProblem("broken.yaml", case.line, case.key, rule, case.value, case.suggestion)


def test_every_problem_at_once() -> None:
    text = """\
name: broken
dataset: {name: rnig}
generator:
  layers: {int: [7, 2]}
  width: wide
  width: 64
  dropout: {float: [0, 0.6], when: {generator.layers: {min: 3}}}
  activation: {choice: [relu, rel]}
tricks:
  lable_smoothing: {enabled: true}
  gradient_penalty: {choice: [off, r1]}
resources: {gpu: -1}
plan:
  kind: search
  trials: many
  sampler: tpe2
  pruner: {name: median, warmup: 3}
  objective: {metric: recal, direction: up}
  enqueue: [{generator.activation: relu}, {generator.dropout: 2}]
detectors: {grace: 1}
"""
    with pytest.raises(SpaceError, match="broken") as caught:
        parse_space(text, "broken.yaml")
    found = [(problem.line, problem.key) for problem in caught.value.problems]
    assert found == [
        (2, "dataset.name"),
        (4, "generator.layers.int"),
        (5, "generator.width"),
        (6, "generator.width"),
        (8, "generator.activation.choice[1]"),
        (10, "tricks.lable_smoothing"),
        (11, "tricks.gradient_penalty.choice[1]"),
        (12, "resources.gpu"),
        (15, "plan.trials"),
        (16, "plan.sampler"),
        (17, "plan.pruner.warmup"),
        (18, "plan.objective.direction"),
        (18, "plan.objective.metric"),
        (19, "plan.enqueue[1].generator.dropout"),
        (20, "detectors.grace"),
    ]
    assert str(caught.value).count("\n") == len(found) - 1


def test_message_names_everything() -> None:
    with pytest.raises(SpaceError, match="did you mean") as caught:
        parse_space(WHOLE + "generator: {activation: rel}\n", "spaces/broken.yaml")
    assert str(caught.value) == (
        f"spaces/broken.yaml:4: generator.activation: must be one of {ACTIVATIONS}; got rel (did you mean 'relu'?)"
    )
