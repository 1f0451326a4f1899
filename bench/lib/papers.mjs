// The papers' training steps as the bench runs them: the spec, the stage, and the sizes that the data would decide. The width is
// the spec's own shared width, set with `--set`.

const clips = { Ft: 768, Fa: 1024, Fv: 1024 };

export const papers = {
  mmcl: {
    spec: "examples/mmcl/mmcl.mmx",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, Ft: 100, Fa: 73, Fv: 100 }),
  },
  cyin: {
    spec: "examples/cyin/cyin.mmx",
    stage: "cycles",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, ...clips }),
  },
  mmpda: {
    spec: "examples/mmpda/mmpda.mmx",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, Fm: 512, Ff: 512 }),
  },
  "semantic-mac": {
    spec: "examples/semantic-mac/semantic-mac.mmx",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, samples: 1284, "L.text": 50, "L.audio": 105, "L.vision": 315, ...clips }),
  },
  e3rg: {
    spec: "bench/models/e3rg-classifier.mmx",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, F: 384 }),
  },
};
