// Whether this machine's WebAssembly has a fused multiply-add: products then cost one instruction instead of two and are
// rounded once. It belongs to relaxed SIMD, which engines have had since 2023 (Node from 22 on; Node 20 behind a flag).
import { moduleBuilder } from "../../../compiler/emit/wasm/module-builder.ts";

/** Runs one: 2 · 3 + 4. Early engines had the instruction with its operands in another order. */
export function hasFusedMultiplyAdd(): boolean {
  const builder = moduleBuilder({ fusedMultiplyAdd: true, wideVectors: false });
  builder.function(
    "probe",
    [],
    ["f32"],
    (f) => {
      f.multiplyAdd(
        () => f.f32x4(2),
        () => f.f32x4(3),
        () => f.f32x4(4),
      );
      f.lane("f32x4.extract_lane", 0);
    },
    { exported: true },
  );
  const bytes = builder.finish();
  return WebAssembly.validate(bytes) && new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.probe?.() === 10;
}
