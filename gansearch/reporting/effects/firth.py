"""Logistic regression with Firth's penalty, which keeps estimates finite where outcomes are separated.

In a study of arms some arms fail in every run and others in none. Where a combination of the terms divides them, the
likelihood has no maximum: coefficients run off to infinity, and with them every test and interval. Firth (1993) adds
half of the logarithm of the information's determinant (Jeffreys' prior), which has a maximum on any data and takes away
the first-order bias; Heinze and Schemper (2002) for logistic regression. statsmodels, with which this agrees where runs
are many, has no such fit.

Fits of many designs are made at once, as permutation tests need them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, special

from gansearch.errors import ReportError
from gansearch.reporting.statistics import Values

STEPS: Final = 500
"""Newton's, at most; some 10 are usual, and 100 where outcomes are separated."""
LONGEST: Final = 2.0
"""A step's longest part, in units of a coefficient: further off the curvature says nothing."""
HALVINGS: Final = 12
"""Of one step that leads down."""
NEAR: Final = 1e-8
"""What a step may promise to add to the logarithm of the likelihood where a fit ends."""
TINY: Final = 1e-12
"""Of rounding."""
SOME: Final = 1e-7
"""What a linear programme must find beyond its own rounding."""
RIDGE: Final = 1e-10
"""Added to the information, so that it can be inverted where all probabilities are 0 or 1."""


@dataclass(frozen=True)
class Fit:
    """The maxima of R penalised likelihoods."""

    coefficients: Values
    """[R, P]"""
    likelihood: Values
    """[R], of their logarithm with the penalty."""


@dataclass(frozen=True)
class _Problem:
    """What a fit is made of: R designs, and one column that may be held."""

    design: Values
    """[R, A, P]"""
    successes: Values
    """[A]"""
    runs: Values
    """[A]"""
    free: Values
    """[P], 1 where a coefficient is fitted, 0 where it is held."""


def fit(
    design: Values,
    successes: Values,
    runs: Values,
    held: tuple[int, float] | None = None,
    start: Values | None = None,
) -> Fit:
    """The penalised maximum of each design.

    Args:
        design: [R, A, P], the terms of A arms, each of the order of 1; a column of ones is the intercept.
        successes: [A], runs of each arm with the outcome.
        runs: [A], of each arm, above 0.
        held: a column and the coefficient that it is to have; None fits all. The penalty counts all columns.
        start: [R, P], where to begin, as at a fit with a column held: what is found is then no less likely. The
            penalised likelihood can have more than one top.

    Raises:
        ReportError: where the maximum is not found.
    """
    free = np.ones(design.shape[2])
    found = np.zeros((len(design), design.shape[2])) if start is None else start.copy()
    if held is not None:
        free[held[0]], found[:, held[0]] = 0.0, held[1]
    open_, value = np.arange(len(design)), np.full(len(design), -np.inf)
    for _ in range(STEPS):
        problem = _Problem(design[open_], successes, runs, free)
        step, promise = _step(problem, found[open_])
        step, value[open_] = _up(problem, found[open_], step)
        found[open_] += step
        open_ = open_[(promise > NEAR) & np.any(step != 0, axis=1)]
        if not len(open_):
            return Fit(found, value)
    raise ReportError(
        f"a penalised logistic fit must come to its maximum within {STEPS} steps; {len(open_)} of {len(design)} did not"
    )


def probabilities(design: Values, coefficients: Values) -> Values:
    """[R, A], of the outcome in each arm."""
    return np.asarray(special.expit(np.einsum("rap,rp->ra", design, coefficients)), dtype=np.float64)


def is_separated(design: Values, successes: Values, runs: Values) -> bool:
    """Whether a combination of the columns of ``design`` [A, P] divides the outcomes, so that no likeliest fit exists.

    By a linear programme (Konis 2007): a direction along which no arm with every run moves down, none without a run
    moves up, the others stand still, and one at least moves.
    """
    signs = np.where(successes == runs, 1.0, -1.0)[:, None] * design
    is_mixed = (successes > 0) & (successes < runs)
    found = optimize.linprog(
        -np.sum(signs[~is_mixed], axis=0),
        A_ub=-signs[~is_mixed] if np.any(~is_mixed) else None,
        b_ub=np.zeros(int(np.sum(~is_mixed))) if np.any(~is_mixed) else None,
        A_eq=design[is_mixed] if np.any(is_mixed) else None,
        b_eq=np.zeros(int(np.sum(is_mixed))) if np.any(is_mixed) else None,
        bounds=(-1.0, 1.0),
    )
    return bool(found.status == 0 and -found.fun > SOME)


def _information(problem: _Problem, coefficients: Values) -> tuple[Values, Values, Values]:
    """Probabilities [R, A], weights [R, A], and the information [R, P, P]."""
    chance = probabilities(problem.design, coefficients)
    weights = problem.runs * chance * (1 - chance)
    information = np.einsum("rap,ra,raq->rpq", problem.design, weights, problem.design)
    return chance, weights, information + RIDGE * np.eye(problem.design.shape[2])


def _likelihood(problem: _Problem, coefficients: Values) -> Values:
    line = np.einsum("rap,rp->ra", problem.design, coefficients)
    plain = np.sum(problem.successes * line - problem.runs * np.logaddexp(0.0, line), axis=1)
    return np.asarray(plain + np.linalg.slogdet(_information(problem, coefficients)[2])[1] / 2)


def _step(problem: _Problem, coefficients: Values) -> tuple[Values, Values]:
    """Newton's step [R, P] with Firth's score, cut where it is long, 0 for what is held; and what it promises [R]."""
    chance, weights, information = _information(problem, coefficients)
    inverse = np.linalg.inv(information)
    leverage = weights * np.einsum("rap,rpq,raq->ra", problem.design, inverse, problem.design)
    residual = problem.successes - problem.runs * chance + leverage * (0.5 - chance)
    score = np.einsum("rap,ra->rp", problem.design, residual) * problem.free
    curvature = information * np.outer(problem.free, problem.free) + np.diag(1 - problem.free)
    step = np.linalg.solve(curvature, score[..., None])[..., 0]
    promise = np.sum(step * score, axis=1)
    longest = np.maximum(np.max(np.abs(step), axis=1), TINY)
    return step * np.minimum(1.0, LONGEST / longest)[:, None], promise


def _up(problem: _Problem, found: Values, step: Values) -> tuple[Values, Values]:
    """The step, halved where it leads down, and how likely is what it leads to; no step where every half does."""
    value = _likelihood(problem, found)
    for _ in range(HALVINGS):
        reached = _likelihood(problem, found + step)
        is_down = reached < value - TINY * np.abs(value)
        if not np.any(is_down):
            return step, reached
        step = np.where(is_down[:, None], step / 2, step)
    return np.where(is_down[:, None], 0.0, step), np.where(is_down, value, _likelihood(problem, found + step))
