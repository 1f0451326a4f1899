// Functions that generated shaders call. WGSL's own exp, log, tanh, sin and pow may be off by far more than rounding, and code
// may be compiled as if NaN and infinity did not exist, so these are written out: special values come from bits that the
// compiler does not know.

interface WgslFunction {
  readonly needs: readonly string[];
  readonly code: string;
}

const float = (value: number): string => {
  const text = String(Math.fround(value));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
};

/** c0 + x · (c1 + x · (…)). */
const polynomial = (x: string, coefficients: readonly number[]): string =>
  coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => `fma(${sum}, ${x}, ${float(coefficient)})`, float(coefficients.at(-1) ?? 0));

/** expf, logf, sinf and cosf: S. Moshier's Cephes library. erf and tanh: rational approximations of the Eigen library. */
const coefficients = {
  exp: [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.333451907e-3, 1.3981999507e-3, 1.98756915e-4],
  log: [
    3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1, 1.167699874e-1,
    -1.151461031e-1, 7.0376836292e-2,
  ],
  sine: [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4],
  cosine: [0.04166664568298827, -0.001388731625493765, 2.443315711809948e-5],
  erfAbove: [1.128379143519084, 0.18520832239976145, 0.05095569506238086, 0.0034082910107109507, 0.00022905065861350646],
  erfBelow: [
    1, 0.49746925110067536, 0.11098505178285362, 0.014070470171167667, 0.0010179625278914884, 2.3547966471313183e-5,
    -1.1791602954361697e-7,
  ],
  tanhAbove: [
    4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8, -8.60467152213735e-11,
    2.00018790482477e-13, -2.76076847742355e-16,
  ],
  tanhBelow: [4.89352518554385e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6],
} as const;

const rounds = [0, 1, 2, 3, 4]
  .map((group) => {
    const turns = (group % 2 === 0 ? [13, 15, 26, 6] : [17, 29, 16, 24]).map(
      (by) => `x.x += x.y; x.y = ((x.y << ${by}u) | (x.y >> ${32 - by}u)) ^ x.x;`,
    );
    const keys = ["key.x", "key.y", "third"];
    const [first, second] = [keys[(group + 1) % 3], keys[(group + 2) % 3]];
    return `${turns.join(" ")} x.x += ${first}; x.y += ${second} + ${group + 1}u;`;
  })
  .join("\n  ");

const functions: Readonly<Record<string, WgslFunction>> = {
  special: {
    needs: [],
    code: `var<private> infinity_bits: u32 = 0x7f800000u;
var<private> nan_bits: u32 = 0x7fc00000u;
fn infinity() -> f32 { return bitcast<f32>(infinity_bits); }
fn not_a_number() -> f32 { return bitcast<f32>(nan_bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  },
  maximum: {
    needs: ["special"],
    code: "fn maximum(a: f32, b: f32) -> f32 { return select(select(b, a, a > b), not_a_number(), is_nan(a) || is_nan(b)); }",
  },
  minimum: {
    needs: ["special"],
    code: "fn minimum(a: f32, b: f32) -> f32 { return select(select(b, a, a < b), not_a_number(), is_nan(a) || is_nan(b)); }",
  },
  exponential: {
    needs: ["special"],
    code: `fn exponential(x: f32) -> f32 {
  let c = clamp(x, -104.0f, 89.0f);
  let n = round(c * ${float(Math.LOG2E)});
  let r = fma(n, ${float(2.1219444e-4)}, fma(n, -0.693359375f, c));
  let p = fma(${polynomial("r", coefficients.exp)}, r * r, r) + 1.0f;
  let half = i32(n) / 2;
  let scaled = p * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(i32(n) - half + 127) << 23u);
  return select(select(scaled, infinity(), x > 88.7228394f), x, is_nan(x));
}`,
  },
  logarithm_of_parts: {
    needs: [],
    code: `fn logarithm_of_parts(e: f32, f: f32) -> f32 {
  let q = f * f;
  let small = fma(${polynomial("f", coefficients.log)} * f, q, e * ${float(-2.1219444e-4)}) - 0.5f * q;
  return (small + f) + e * 0.693359375f;
}`,
  },
  logarithm: {
    needs: ["special", "logarithm_of_parts"],
    code: `fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  let tiny = magnitude < 0x00800000u;
  let normal = bitcast<i32>(select(bits, bitcast<u32>(f32(bits)), tiny));
  let e = (normal - 0x3f3504f3) >> 23u;
  let value = logarithm_of_parts(f32(e) - select(0.0f, 149.0f, tiny), bitcast<f32>(normal - (e << 23u)) - 1.0f);
  let special = select(not_a_number(), select(-infinity(), infinity(), magnitude != 0u), magnitude == 0u || bits == 0x7f800000u);
  return select(special, value, bits > 0u && bits < 0x7f800000u);
}`,
  },
  logarithm_1p: {
    needs: ["logarithm", "logarithm_of_parts"],
    code: `fn logarithm_1p(x: f32) -> f32 {
  if (x > -0.29f && x < 0.41f) { return logarithm_of_parts(0.0f, x); }
  return logarithm(1.0f + x);
}`,
  },
  hyperbolic_tangent: {
    needs: ["special"],
    code: `fn hyperbolic_tangent(x: f32) -> f32 {
  let c = clamp(x, -7.905311107635498f, 7.905311107635498f);
  let q = c * c;
  let value = c * ${polynomial("q", coefficients.tanhAbove)} / ${polynomial("q", coefficients.tanhBelow)};
  return select(value, x, is_nan(x));
}`,
  },
  error_function: {
    needs: ["special"],
    code: `fn error_function(x: f32) -> f32 {
  let c = clamp(x, -3.832506856900711f, 3.832506856900711f);
  let q = c * c;
  let value = c * ${polynomial("q", coefficients.erfAbove)} / ${polynomial("q", coefficients.erfBelow)};
  return select(clamp(value, -1.0f, 1.0f), x, is_nan(x));
}`,
  },
  sigmoid: { needs: ["exponential"], code: "fn sigmoid(x: f32) -> f32 { return 1.0f / (1.0f + exponential(-x)); }" },
  sine_of_parts: {
    needs: [],
    code: `fn sine_of_parts(r: f32, quadrant: i32) -> f32 {
  let q = r * r;
  let of_sine = fma(${polynomial("q", coefficients.sine)} * q, r, r);
  let of_cosine = fma(${polynomial("q", coefficients.cosine)} * q, q, -0.5f * q) + 1.0f;
  let value = select(of_sine, of_cosine, (quadrant & 1) == 1);
  return select(value, -value, (quadrant & 2) == 2);
}`,
  },
  // pi/2 in three parts of which the first two have few bits: exact quadrants for |x| up to some thousands.
  sine: {
    needs: ["special", "sine_of_parts"],
    code: `fn sine(x: f32, turn: i32) -> f32 {
  let n = round(x * ${float(2 / Math.PI)});
  let r = fma(n, ${float(-7.549789954891882e-8)}, fma(n, ${float(-4.8375129699707031e-4)}, fma(n, -1.5703125f, x)));
  let bounded = clamp(r, ${float(-Math.PI / 4)}, ${float(Math.PI / 4)});
  return select(not_a_number(), sine_of_parts(bounded, i32(n) + turn), (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u);
}`,
  },
  // b · log |a| in one f32: the relative error grows with its size, to about 1e-5 at the ends of f32's range.
  power: {
    needs: ["special", "exponential", "logarithm"],
    code: `fn power(a: f32, b: f32) -> f32 {
  let size = exponential(b * logarithm(abs(a)));
  let whole = floor(b) == b;
  let odd = whole && abs(b) < 16777216.0f && (i32(b) & 1) == 1;
  let signed = select(size, -size, odd && (bitcast<u32>(a) >> 31u) == 1u && !is_nan(a));
  return select(select(signed, not_a_number(), a < 0.0f && !whole), 1.0f, b == 0.0f);
}`,
  },
  sign_of: {
    needs: [],
    code: "fn sign_of(x: f32) -> f32 { return select(select(x, -1.0f, x < 0.0f), 1.0f, x > 0.0f); }",
  },
  whole_part: {
    needs: ["special"],
    code: `fn whole_part(x: f32) -> i32 {
  if (is_nan(x)) { return 0; }
  if (x >= 2147483648.0f) { return 2147483647; }
  if (x <= -2147483648.0f) { return bitcast<i32>(0x80000000u); }
  return i32(x);
}`,
  },
  threefry: {
    needs: [],
    code: `fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  var x = counter + key;
  ${rounds}
  return x;
}`,
  },
  uniform_of: {
    needs: [],
    code: `fn uniform_of(bits: u32) -> f32 { return f32(((bits >> 9u) << 1u) | 1u) * ${float(1 / 16777216)}; }`,
  },
  random_uniform: {
    needs: ["threefry", "uniform_of"],
    code: "fn random_uniform(key: vec2<u32>, counter: vec2<u32>) -> f32 { return uniform_of(threefry(key, counter).x); }",
  },
  // Box and Muller; the quarter turns of the angle and what is left of them are exact.
  random_normal: {
    needs: ["threefry", "uniform_of", "logarithm", "sine_of_parts"],
    code: `fn random_normal(key: vec2<u32>, counter: vec2<u32>) -> f32 {
  let words = threefry(key, counter);
  let turns = uniform_of(words.y);
  let quarters = round(turns * 4.0f);
  let angle = (turns - quarters * 0.25f) * ${float(2 * Math.PI)};
  return sqrt(-2.0f * logarithm(uniform_of(words.x))) * sine_of_parts(angle, i32(quarters) + 1);
}`,
  },
};

/** The texts of these functions and of all that they call, each once, callees first. */
export function functionTexts(names: Iterable<string>): readonly string[] {
  const texts = new Map<string, string>();
  const add = (name: string): void => {
    const found = functions[name];
    if (found === undefined) throw new RangeError(`there is no WGSL function ${name}`);
    if (texts.has(name)) return;
    for (const needed of found.needs) add(needed);
    texts.set(name, found.code);
  };
  for (const name of names) add(name);
  return [...texts.values()];
}
