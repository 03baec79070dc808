"""What training compute buys: size of the model, tokens and loss; and the frontier by date.

Loss of a model with N parameters after D tokens (Hoffmann et al. 2022), and its least value for a
budget of C = 6 N D FLOP::

    L(N, D) = E + A / N^alpha + B / D^beta
    N = G (C/6)^(beta / (alpha + beta)),   D = (C/6) / N
    G = (alpha A / (beta B))^(1 / (alpha + beta))

The constants are Besiroglu's refit. Hoffmann's as printed put 93 tokens to a parameter at
Chinchilla's own budget (it was trained on 20); the refit puts 18. They were fitted on dense models
far below today's budgets: beyond those they are an extrapolation. Mixtures of experts,
over-training (more tokens on a smaller model, cheaper to serve) and the supply of data are left
out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.quantity.arrays import Array

FLOP_PER_PARAMETER_TOKEN = 6.0  # two forward, four backward: definition of C in these fits


@dataclass(frozen=True, slots=True)
class ScalingLaw:
    """Constants of L(N, D), nats per token."""

    irreducible_loss: float
    model_size_factor: float
    token_factor: float
    model_size_exponent: float
    token_exponent: float


@dataclass(frozen=True, slots=True)
class Optimum:
    """Best use of a training budget, arrays of one shape.

    Attributes
    ----------
    parameters, tokens : N and D.
    tokens_per_parameter : D / N.
    loss : nats per token.
    """

    parameters: Array
    tokens: Array
    tokens_per_parameter: Array
    loss: Array


def scaling_law(catalog: Catalog, name: str = "besiroglu-refit") -> ScalingLaw:
    """Constants of a fit of the catalog's table "scaling"."""
    record = catalog.record("scaling", name)
    return ScalingLaw(**{key: record.value(key) for key in ScalingLaw.__dataclass_fields__})


def loss(law: ScalingLaw, parameters: Array | float, tokens: Array | float) -> Array:
    """Loss of a model of `parameters` after `tokens`, nats per token."""
    return np.asarray(
        law.irreducible_loss
        + law.model_size_factor / np.power(parameters, law.model_size_exponent)
        + law.token_factor / np.power(tokens, law.token_exponent)
    )


def compute_optimal(law: ScalingLaw, training_flop: Array | float) -> Optimum:
    """Model size, tokens and loss that a budget of model FLOP buys at best.

    >>> law = ScalingLaw(1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    >>> round(float(compute_optimal(law, 5.76e23).tokens_per_parameter), 1)
    18.4
    """
    budget = np.asarray(training_flop, dtype=float) / FLOP_PER_PARAMETER_TOKEN
    if np.any(budget <= 0.0):
        raise ValueError("training_flop must be positive")
    both = law.model_size_exponent + law.token_exponent
    ratio = law.model_size_exponent * law.model_size_factor
    g = (ratio / (law.token_exponent * law.token_factor)) ** (1.0 / both)
    parameters = np.asarray(g * budget ** (law.token_exponent / both))
    tokens = budget / parameters
    return Optimum(parameters, tokens, tokens / parameters, loss(law, parameters, tokens))


def frontier_flop(
    anchor_flop: Array | float, yearly_factor: Array | float, years: Array | float
) -> Array:
    """Training compute of the largest run, `years` after the anchor, on an exponential trend."""
    return np.asarray(anchor_flop * np.power(yearly_factor, years))
