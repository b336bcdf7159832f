"""How much a training step is to compute, by which it is looped or not."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import pytest

from hornbook.backends.jax_steps import _flops

F32 = jnp.float32


def flops(function, *shapes):
    given = [jax.ShapeDtypeStruct(shape, F32) for shape in shapes]
    return _flops(jax.jit(function).trace(*given).jaxpr)


def test_of_matrix_products():
    assert flops(jnp.matmul, (32, 10), (10, 5)) == 2 * 32 * 10 * 5
    assert flops(jnp.matmul, (4, 32, 10), (4, 10, 5)) == 4 * 2 * 32 * 10 * 5
    assert flops(jnp.add, (32, 10), (32, 10)) == 0


def test_convolutions_are_never_looped():
    def convolve(images, kernel):
        return jax.lax.conv_general_dilated(
            images, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    assert flops(convolve, (1, 2, 3, 3), (1, 1, 3, 1)) == math.inf
    assert flops(jax.jit(convolve), (1, 2, 3, 3), (1, 1, 3, 1)) == math.inf


def test_of_functions_inside_of_others():
    def step(state, weights):
        return jax.nn.relu(jax.jit(jnp.matmul)(state, weights)), None

    def recurrent(state, weights):
        return jax.lax.scan(lambda state, _: step(state, weights), state, length=7)[0]

    assert flops(recurrent, (32, 10), (10, 10)) == 7 * 2 * 32 * 10 * 10


@pytest.mark.parametrize("batch", [1, 64])
def test_a_gradient_counts_too(batch):
    def loss(weights, rows):
        return jnp.square(rows @ weights).sum()

    # The product, and that of the rows with how the loss changes with it.
    assert flops(jax.grad(loss), (10, 5), (batch, 10)) == 2 * (2 * batch * 10 * 5)
