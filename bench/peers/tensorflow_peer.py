"""The models in TensorFlow: gradients and Adam in one tf.function, compiled by XLA where the job asks for it."""

import math
import os

from serve import job, read_tensors, serve

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(job()["threads"])
tf.config.threading.set_inter_op_parallelism_threads(job()["threads"])


def reference(sizes, V):
    B, T, d, h, width = sizes["B"], sizes["T"], sizes["d"], sizes["h"], sizes["d"] // sizes["h"]

    def norm(x, gain, offset):
        centred = x - tf.reduce_mean(x, -1, keepdims=True)
        return centred * tf.math.rsqrt(tf.reduce_mean(tf.square(centred), -1, keepdims=True) + 1e-5) * gain + offset

    def encode(x, m):
        x = tf.matmul(tf.reshape(x, [B * T, -1]), V[f"m{m}.Win"]) + V[f"m{m}.bin"]
        x = tf.reshape(tf.reshape(x, [B, T, d]) + V[f"m{m}.pos"], [B * T, d])
        for layer in range(sizes["L"]):
            at = f"m{m}.l{layer}."
            y = norm(x, V[at + "ln1g"], V[at + "ln1b"])
            heads = tf.reshape(tf.matmul(y, V[at + "Wqkv"]) + V[at + "bqkv"], [B, T, 3, h, width])
            q, k, v = tf.unstack(tf.transpose(heads, [2, 0, 3, 1, 4]), 3)
            weights = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / math.sqrt(width))
            joined = tf.reshape(tf.transpose(tf.matmul(weights, v), [0, 2, 1, 3]), [B * T, d])
            x = x + tf.matmul(joined, V[at + "Wo"]) + V[at + "bo"]
            y = norm(x, V[at + "ln2g"], V[at + "ln2b"])
            hidden = tf.nn.gelu(tf.matmul(y, V[at + "W1"]) + V[at + "b1"], approximate=False)
            x = x + tf.matmul(hidden, V[at + "W2"]) + V[at + "b2"]
        return tf.reduce_mean(tf.reshape(norm(x, V[f"m{m}.lnfg"], V[f"m{m}.lnfb"]), [B, T, d]), 1)

    return encode


def tiny(_sizes, V):
    def encode(x, m):
        hidden = tf.nn.relu(tf.matmul(x, V[f"m{m}.W1"]) + V[f"m{m}.b1"])
        return tf.nn.relu(tf.matmul(hidden, V[f"m{m}.W2"]) + V[f"m{m}.b2"])

    return encode


def prepare(job):
    sizes, tensors = read_tensors(job["manifest"])
    V = {name: tf.Variable(value) for role, name, value in tensors if role == "weight"}
    X = [tf.constant(value) for role, _, value in tensors if role == "input"]
    (Y,) = [tf.constant(value) for role, _, value in tensors if role == "target"]
    encode = {"reference": reference, "tiny": tiny}[sizes["model"]](sizes, V)
    first = {name: tf.Variable(tf.zeros_like(value)) for name, value in V.items()}
    second = {name: tf.Variable(tf.zeros_like(value)) for name, value in V.items()}
    updates = tf.Variable(0.0)

    @tf.function(jit_compile=job.get("mode") == "xla")
    def train():
        with tf.GradientTape() as tape:
            z = tf.concat([encode(x, m) for m, x in enumerate(X)], 1)
            hidden = tf.nn.relu(tf.matmul(z, V["H1"]) + V["hb1"])
            loss = tf.reduce_mean(tf.square(tf.matmul(hidden, V["H2"]) + V["hb2"] - Y))
        gradients = tape.gradient(loss, V)
        count = updates.assign_add(1.0)
        power1, power2 = tf.pow(0.9, count), tf.pow(0.999, count)
        # ResourceApplyAdam adds epsilon to the uncorrected root; so scaled it is the epsilon of the paper's Algorithm 1.
        epsilon = sizes["epsilon"] * tf.sqrt(1 - power2)
        for name, variable in V.items():
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first[name].handle,
                v=second[name].handle,
                beta1_power=power1,
                beta2_power=power2,
                lr=sizes["learningRate"],
                beta1=0.9,
                beta2=0.999,
                epsilon=epsilon,
                grad=gradients[name],
            )
        return loss

    return lambda: float(train()), lambda: {"version": f"TensorFlow {tf.__version__}"}


if __name__ == "__main__":
    serve(prepare)
