// The models in jax-js on its WebAssembly backend: value, gradients and Adam in one jitted function.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readTensors } from "./model.mjs";
import { serve } from "./serve.mjs";

/** jax-js is no dependency of the project: `npm install` in this folder, or `--packages FOLDER`, brings it. */
function locate(folder) {
  const home = join(folder, "node_modules", "@jax-js", "jax");
  if (!existsSync(home)) throw new Error("@jax-js/jax is not installed");
  const { version, exports: entries, module, main } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const entry = entries?.["."]?.import?.default ?? entries?.["."]?.import ?? entries?.["."]?.default ?? module ?? main;
  return { version, url: pathToFileURL(join(home, entry)).href };
}

const symbol = (name) => name.replaceAll(".", "_");

function referenceLoss({ np, nn }, { B, T, d, h, L }) {
  const width = d / h;
  const dense = (x, weight, offset) => np.dot(x, weight).add(offset);
  const norm = (x, gain, offset) => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(gain)
      .add(offset);
  };
  return (p, x0, x1, x2, y) => {
    const encode = (input, m) => {
      let x = dense(input.reshape([B * T, -1]), p[`m${m}_Win`], p[`m${m}_bin`]);
      x = x
        .reshape([B, T, d])
        .add(p[`m${m}_pos`])
        .reshape([B * T, d]);
      for (let l = 0; l < L; l += 1) {
        const at = `m${m}_l${l}_`;
        const normed = norm(x.ref, p[`${at}ln1g`], p[`${at}ln1b`]);
        const heads = np.transpose(dense(normed, p[`${at}Wqkv`], p[`${at}bqkv`]).reshape([B, T, 3, h, width]), [2, 0, 3, 1, 4]);
        const [q, k, v] = [heads.ref.slice(0), heads.ref.slice(1), heads.slice(2)];
        const weights = nn.softmax(np.matmul(q, np.transpose(k, [0, 1, 3, 2])).mul(1 / Math.sqrt(width)), -1);
        const joined = np.transpose(np.matmul(weights, v), [0, 2, 1, 3]).reshape([B * T, d]);
        x = x.add(dense(joined, p[`${at}Wo`], p[`${at}bo`]));
        const z = norm(x.ref, p[`${at}ln2g`], p[`${at}ln2b`]);
        const hidden = nn.gelu(dense(z, p[`${at}W1`], p[`${at}b1`]), { approximate: false });
        x = x.add(dense(hidden, p[`${at}W2`], p[`${at}b2`]));
      }
      return np.mean(norm(x, p[`m${m}_lnfg`], p[`m${m}_lnfb`]).reshape([B, T, d]), 1);
    };
    const joined = np.concatenate([x0, x1, x2].map(encode), 1);
    return np.square(dense(nn.relu(dense(joined, p.H1, p.hb1)), p.H2, p.hb2).sub(y)).mean();
  };
}

function tinyLoss({ np, nn }) {
  const dense = (x, weight, offset) => np.dot(x, weight).add(offset);
  return (p, x0, x1, x2, y) => {
    const encode = (x, m) => nn.relu(dense(nn.relu(dense(x, p[`m${m}_W1`], p[`m${m}_b1`])), p[`m${m}_W2`], p[`m${m}_b2`]));
    const joined = np.concatenate([x0, x1, x2].map(encode), 1);
    return np.square(dense(nn.relu(dense(joined, p.H1, p.hb1)), p.H2, p.hb2).sub(y)).mean();
  };
}

await serve(async ({ manifest, packages }) => {
  const { version, url } = locate(packages);
  const jax = await import(url);
  const { numpy: np, tree } = jax;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const { tensors, ...sizes } = readTensors(manifest);
  const of = (role) => tensors.filter((tensor) => tensor.role === role);
  const array = ({ values, shape }) => np.array(values).reshape(shape);
  let weights = Object.fromEntries(of("weight").map((tensor) => [symbol(tensor.name), array(tensor)]));
  const X = of("input").map(array);
  const [Y] = of("target").map(array);
  const parts = { np, nn: jax.nn };
  const loss = sizes.model === "tiny" ? tinyLoss(parts) : referenceLoss(parts, sizes);
  const zeros = () => tree.map((x) => np.zerosLike(x), tree.ref(weights));
  let first = zeros();
  let second = zeros();
  const train = jax.jit((p, m, v, c1, c2, x0, x1, x2, y) => {
    const [value, gradient] = jax.valueAndGrad(loss)(tree.ref(p), x0, x1, x2, y);
    const m2 = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), m, tree.ref(gradient));
    const v2 = tree.map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), v, gradient);
    const p2 = tree.map(
      (p, m, v) =>
        p.sub(
          m
            .mul(c1.ref)
            .mul(sizes.learningRate)
            .div(np.sqrt(v.mul(c2.ref)).add(sizes.epsilon)),
        ),
      p,
      tree.ref(m2),
      tree.ref(v2),
    );
    c1.dispose();
    c2.dispose();
    return [p2, m2, v2, value];
  });
  let update = 0;
  return {
    async step() {
      update += 1;
      const c1 = np.array(1 / (1 - 0.9 ** update));
      const c2 = np.array(1 / (1 - 0.999 ** update));
      const result = train(weights, first, second, c1, c2, X[0].ref, X[1].ref, X[2].ref, Y.ref);
      weights = result[0];
      first = result[1];
      second = result[2];
      return result[3].item();
    },
    describe: () => ({ version: `jax-js ${version}` }),
  };
});
