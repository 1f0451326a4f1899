"""The models in JAX: value, gradients and Adam in one jitted function whose weights are donated."""

import math
import os

from serve import job, read_tensors, serve

# XLA takes as many threads as there are processors that the process may use, so the number is set there.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job()["threads"]])
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp


def reference(sizes):
    B, T, d, h, width = sizes["B"], sizes["T"], sizes["d"], sizes["h"], sizes["d"] // sizes["h"]

    def norm(x, gain, offset):
        centred = x - x.mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5) * gain + offset

    def encode(p, x, m):
        x = (x.reshape(B * T, -1) @ p[f"m{m}.Win"] + p[f"m{m}.bin"]).reshape(B, T, d) + p[f"m{m}.pos"]
        for layer in range(sizes["L"]):
            at = f"m{m}.l{layer}."
            y = norm(x, p[at + "ln1g"], p[at + "ln1b"])
            q, k, v = jnp.moveaxis((y @ p[at + "Wqkv"] + p[at + "bqkv"]).reshape(B, T, 3, h, width), (2, 3), (0, 2))
            weights = jax.nn.softmax(jnp.einsum("bhqd,bhkd->bhqk", q, k) / math.sqrt(width), -1)
            joined = jnp.einsum("bhqk,bhkd->bqhd", weights, v).reshape(B, T, d)
            x = x + joined @ p[at + "Wo"] + p[at + "bo"]
            y = norm(x, p[at + "ln2g"], p[at + "ln2b"])
            x = x + jax.nn.gelu(y @ p[at + "W1"] + p[at + "b1"], approximate=False) @ p[at + "W2"] + p[at + "b2"]
        return norm(x, p[f"m{m}.lnfg"], p[f"m{m}.lnfb"]).mean(1)

    return encode


def tiny(_sizes):
    def encode(p, x, m):
        hidden = jax.nn.relu(x @ p[f"m{m}.W1"] + p[f"m{m}.b1"])
        return jax.nn.relu(hidden @ p[f"m{m}.W2"] + p[f"m{m}.b2"])

    return encode


def prepare(job):
    sizes, tensors = read_tensors(job["manifest"])
    encode = {"reference": reference, "tiny": tiny}[sizes["model"]](sizes)
    weights = {name: jnp.asarray(value) for role, name, value in tensors if role == "weight"}
    X = [jnp.asarray(value) for role, _, value in tensors if role == "input"]
    (Y,) = [jnp.asarray(value) for role, _, value in tensors if role == "target"]
    rate, epsilon = sizes["learningRate"], sizes["epsilon"]

    def loss(p, X, Y):
        z = jnp.concatenate([encode(p, x, m) for m, x in enumerate(X)], 1)
        hidden = jax.nn.relu(z @ p["H1"] + p["hb1"])
        return jnp.square(hidden @ p["H2"] + p["hb2"] - Y).mean()

    def train(state, X, Y):
        p, m, v, count = state
        value, gradient = jax.value_and_grad(loss)(p, X, Y)
        count = count + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        c1, c2 = 1 / (1 - 0.9**count), 1 / (1 - 0.999**count)
        p = jax.tree.map(lambda p, m, v: p - rate * m * c1 / (jnp.sqrt(v * c2) + epsilon), p, m, v)
        return (p, m, v, count), value

    compiled = jax.jit(train, donate_argnums=0)
    zeros = lambda: jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros(), zeros(), jnp.zeros((), jnp.float32))

    def step():
        nonlocal state
        state, value = compiled(state, X, Y)
        return float(value)

    return step, lambda: {"version": f"JAX {jax.__version__}"}


if __name__ == "__main__":
    serve(prepare)
