"""The samplers and pruners that a plan can name, and their options with what is allowed.

The names and meanings are Optuna's; the objects are made in ``study``. Resources of pruners count epochs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.records import Setting
from gansearch.space.nodes import Node, child_path
from gansearch.space.problems import Problems
from gansearch.space.values import read_scalar

Table: TypeAlias = Mapping[str, Mapping[str, Dimension]]

_COUNT = Int(0, 1_000_000)
_POSITIVE = Int(1, 1_000_000)
_SHARE = Float(0.0, 1.0)
_SWITCH = Choice((True, False))
_WAITING: Mapping[str, Dimension] = {
    "n_startup_trials": _COUNT,
    "n_warmup_steps": _COUNT,
    "interval_steps": _POSITIVE,
    "n_min_trials": _POSITIVE,
}

SAMPLERS: Table = {
    "tpe": {
        "n_startup_trials": _COUNT,
        "n_ei_candidates": _POSITIVE,
        "multivariate": _SWITCH,
        "group": _SWITCH,
        "constant_liar": _SWITCH,
    },
    "random": {},
    "gp": {"n_startup_trials": _COUNT, "deterministic_objective": _SWITCH},
    "cmaes": {
        "n_startup_trials": _COUNT,
        "sigma0": Float(1e-6, 1e6),
        "popsize": Int(2, 100_000),
        "consider_pruned_trials": _SWITCH,
        "use_separable_cma": _SWITCH,
        "with_margin": _SWITCH,
        "lr_adapt": _SWITCH,
    },
    "qmc": {"qmc_type": Choice(("sobol", "halton")), "scramble": _SWITCH},
    "nsgaii": {
        "population_size": Int(2, 100_000),
        "mutation_prob": _SHARE,
        "crossover_prob": _SHARE,
        "swapping_prob": _SHARE,
    },
    "grid": {},
}

PRUNERS: Table = {
    "none": {},
    "median": _WAITING,
    "percentile": {"percentile": Float(0.0, 100.0), **_WAITING},
    "successive_halving": {
        "min_resource": _POSITIVE,
        "reduction_factor": Int(2, 1000),
        "min_early_stopping_rate": _COUNT,
        "bootstrap_count": _COUNT,
    },
    "hyperband": {
        "min_resource": _POSITIVE,
        "max_resource": _POSITIVE,
        "reduction_factor": Int(2, 1000),
        "bootstrap_count": _COUNT,
    },
    "patient": {
        "patience": _POSITIVE,
        "min_delta": Float(0.0, 1e12),
        "wrapped": Choice(("none", "median", "percentile", "successive_halving", "hyperband")),
    },
    "wilcoxon": {"p_threshold": _SHARE, "n_startup_steps": _COUNT},
    "promotion": {"min_resource": _POSITIVE, "reduction_factor": Int(2, 1000)},
}

PRUNER_DEFAULTS: Mapping[str, Mapping[str, Setting]] = {
    "percentile": {"percentile": 25.0},
    "hyperband": {"min_resource": 1},
    "patient": {"patience": 3, "wrapped": "median"},
    "promotion": {"reduction_factor": 4},
}
"""What Optuna leaves without a default, would guess from the first trial that completes, or does not have at all; but
for what follows from the epochs."""


def default_first_rung(epochs: int) -> int:
    """Epochs of the lowest rung of ``successive_halving`` and ``promotion``: a quarter of ``epochs``, at least 1.

    With the usual factor of 4 it is the only rung. How a GAN looks at its first epochs says little of how it ends:
    ``analysis/searches/findings.md`` measures what earlier rungs cost.
    """
    return max(1, epochs // 4)


def read_options(node: Node, table: Table, problems: Problems) -> dict[str, Setting] | None:
    """``name`` and the options given, or None where they are wrong; ``node`` is a name or a mapping with one."""
    named = node.entries.get("name") if node.is_mapping else node
    if named is None:
        problems.missing(node, "name", f"must be one of {', '.join(table)}")
        return None
    name = read_scalar(named, Choice(tuple(table)), problems)
    if name is None:
        return None
    known = table[str(name[0])]
    before = len(problems)
    read: dict[str, Setting] = {"name": name[0]}
    for key, child in node.without("name").entries.items():
        if key in known:
            value = read_scalar(child, known[key], problems)
            read |= {} if value is None else {key: value[0]}
        elif known:
            problems.unknown(child, known, f"must be an option of {name[0]}")
        else:
            problems.add(child, f"must not stand here: {name[0]} has no options", key=child_path(node.path, key))
    return read if len(problems) == before else None
