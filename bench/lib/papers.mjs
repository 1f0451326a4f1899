// The papers' training steps as the bench runs them: the spec, the stage, and the sizes that the data would decide. The width is
// the spec's own shared width, set with `--set`.

export const papers = {
  mmcl: {
    spec: "examples/mmcl/mmcl.mmx",
    set: (width) => ({ D: String(width) }),
    sizes: (batch) => ({ B: batch, Ft: 100, Fa: 73, Fv: 100 }),
  },
};
