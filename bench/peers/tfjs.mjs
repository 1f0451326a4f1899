// The models hand-written in TensorFlow.js on its WebAssembly or its WebGPU backend, with its own gradients and its own Adam.
import { createRequire } from "node:module";
import { join } from "node:path";
import { readTensors } from "./model.mjs";
import { serve } from "./serve.mjs";

/** mmx needs tfjs's core only, which has no gradients: `npm install` in this folder, or `--packages FOLDER`, brings the whole. */
async function load(folder, backend) {
  const bring = createRequire(join(folder, "package.json"));
  const tf = bring("@tensorflow/tfjs");
  if (backend === "webgpu") giveGpu(bring("webgpu"));
  bring(`@tensorflow/tfjs-backend-${backend}`);
  tf.env().set("PROD", true);
  // Its threads are off in Node, and gain nothing in training where they are forced on.
  if (backend === "wasm") tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend ${backend} did not start`);
  await tf.ready();
  return tf;
}

/** What a browser has and Node lacks. */
function giveGpu({ create, globals }) {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
}

function referenceLoss(tf, { B, T, d, h, L }, V, X, Y) {
  const width = d / h;
  const norm = (x, gain, offset) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), offset);
  };
  const dense = (x, weight, offset) => tf.add(tf.matMul(x, weight), offset);
  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const encode = (m) => {
    const rows = tf.reshape(X[m], [B * T, -1]);
    let x = tf.reshape(tf.add(tf.reshape(dense(rows, V[`m${m}.Win`], V[`m${m}.bin`]), [B, T, d]), V[`m${m}.pos`]), [B * T, d]);
    for (let l = 0; l < L; l += 1) {
      const at = `m${m}.l${l}.`;
      const y = norm(x, V[`${at}ln1g`], V[`${at}ln1b`]);
      const heads = tf.reshape(dense(y, V[`${at}Wqkv`], V[`${at}bqkv`]), [B, T, 3, h, width]);
      const [q, k, v] = tf.unstack(tf.reshape(tf.transpose(heads, [2, 0, 3, 1, 4]), [3, B * h, T, width]), 0);
      const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width)));
      const joined = tf.reshape(tf.transpose(tf.reshape(tf.matMul(weights, v), [B, h, T, width]), [0, 2, 1, 3]), [B * T, d]);
      x = tf.add(x, dense(joined, V[`${at}Wo`], V[`${at}bo`]));
      const z = norm(x, V[`${at}ln2g`], V[`${at}ln2b`]);
      x = tf.add(x, dense(gelu(dense(z, V[`${at}W1`], V[`${at}b1`])), V[`${at}W2`], V[`${at}b2`]));
    }
    return tf.mean(tf.reshape(norm(x, V[`m${m}.lnfg`], V[`m${m}.lnfb`]), [B, T, d]), 1);
  };
  return () => {
    const hidden = tf.relu(dense(tf.concat([0, 1, 2].map(encode), 1), V.H1, V.hb1));
    return tf.mean(tf.square(tf.sub(dense(hidden, V.H2, V.hb2), Y)));
  };
}

function tinyLoss(tf, V, X, Y) {
  const dense = (x, weight, offset) => tf.add(tf.matMul(x, weight), offset);
  const encode = (m) => tf.relu(dense(tf.relu(dense(X[m], V[`m${m}.W1`], V[`m${m}.b1`])), V[`m${m}.W2`], V[`m${m}.b2`]));
  return () => {
    const hidden = tf.relu(dense(tf.concat([0, 1, 2].map(encode), 1), V.H1, V.hb1));
    return tf.mean(tf.square(tf.sub(dense(hidden, V.H2, V.hb2), Y)));
  };
}

await serve(async ({ manifest, packages, backend = "wasm" }) => {
  const tf = await load(packages, backend);
  const { tensors, ...sizes } = readTensors(manifest);
  const of = (role) => tensors.filter((tensor) => tensor.role === role);
  const V = Object.fromEntries(
    of("weight").map(({ name, shape, values }) => [name, tf.variable(tf.tensor(values, shape), true, name)]),
  );
  const X = of("input").map(({ shape, values }) => tf.tensor(values, shape));
  const [target] = of("target");
  const Y = tf.tensor(target.values, target.shape);
  const loss = sizes.model === "tiny" ? tinyLoss(tf, V, X, Y) : referenceLoss(tf, sizes, V, X, Y);
  const optimizer = tf.train.adam(sizes.learningRate, 0.9, 0.999, sizes.epsilon);
  const variables = Object.values(V);
  return {
    async step() {
      const value = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        optimizer.applyGradients(grads);
        return value;
      });
      const [number] = await value.data();
      value.dispose();
      return number;
    },
    describe: () => ({ version: `TensorFlow.js ${tf.version.tfjs}, ${backend}` }),
  };
});
