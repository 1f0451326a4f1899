// The instructions of WebAssembly by their names in the text format: the core ones, saturating truncations and bulk memory (prefix
// 0xfc), vectors of 128 bits (0xfd) and atomics (0xfe). Control instructions and constants are methods of the assembler.

type Words<Text extends string, Found extends string = never> = Text extends `${infer Head} ${infer Tail}`
  ? Words<Tail, Found | Head>
  : Found | Text;

/** Names of successive codes from `first` on; `_` stands for codes that are not used here. */
function run<const Text extends string>(prefix: number, first: number, names: Text): Record<Exclude<Words<Text>, "_">, Encoding> {
  const entries = names.split(" ").map((name, at): [string, Encoding] => [name, { prefix, code: first + at }]);
  return Object.fromEntries(entries.filter(([name]) => name !== "_")) as Record<Exclude<Words<Text>, "_">, Encoding>;
}

/** A byte, or a prefix byte (else 0) and a code in LEB128. */
export interface Encoding {
  readonly prefix: number;
  readonly code: number;
}

const [bulk, vector, atomic] = [0xfc, 0xfd, 0xfe];

const core = {
  ...run(0, 0x00, "unreachable nop"),
  ...run(0, 0x0f, "return"),
  ...run(0, 0x1a, "drop select"),
  ...run(0, 0x28, "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u"),
  ...run(0, 0x30, "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u"),
  ...run(0, 0x36, "i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32"),
  ...run(0, 0x45, "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u"),
  ...run(0, 0x50, "i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u"),
  ...run(0, 0x5b, "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge"),
  ...run(0, 0x67, "i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u"),
  ...run(0, 0x71, "i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr"),
  ...run(0, 0x79, "i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u"),
  ...run(0, 0x83, "i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr"),
  ...run(0, 0x8b, "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt"),
  ...run(0, 0x92, "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign"),
  ...run(0, 0x99, "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt"),
  ...run(0, 0xa0, "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign"),
  ...run(0, 0xa7, "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u"),
  ...run(0, 0xac, "i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u"),
  ...run(0, 0xb2, "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64"),
  ...run(0, 0xb7, "f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32"),
  ...run(0, 0xbc, "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64"),
  ...run(0, 0xc0, "i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s"),
  ...run(bulk, 0x00, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u"),
  ...run(bulk, 0x04, "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u"),
  ...run(bulk, 0x0a, "memory.copy memory.fill"),
};

const vectors = {
  ...run(vector, 0x00, "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u"),
  ...run(vector, 0x07, "v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat v128.store"),
  ...run(vector, 0x0e, "i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat"),
  ...run(vector, 0x15, "i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane"),
  ...run(vector, 0x18, "i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane"),
  ...run(vector, 0x1b, "i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane"),
  ...run(vector, 0x1f, "f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane"),
  ...run(
    vector,
    0x23,
    "i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u",
  ),
  ...run(
    vector,
    0x2d,
    "i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u",
  ),
  ...run(
    vector,
    0x37,
    "i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u",
  ),
  ...run(
    vector,
    0x41,
    "f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge",
  ),
  ...run(vector, 0x4d, "v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true"),
  ...run(vector, 0x54, "v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane"),
  ...run(vector, 0x58, "v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane"),
  ...run(vector, 0x5c, "v128.load32_zero v128.load64_zero f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"),
  ...run(vector, 0x60, "i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u"),
  ...run(vector, 0x67, "f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add"),
  ...run(vector, 0x6f, "i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u f64x2.ceil f64x2.floor"),
  ...run(vector, 0x76, "i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u"),
  ...run(vector, 0x7c, "i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u"),
  ...run(vector, 0x7e, "i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u"),
  ...run(
    vector,
    0x80,
    "i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u",
  ),
  ...run(vector, 0x87, "i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u"),
  ...run(vector, 0x8b, "i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u"),
  ...run(vector, 0x91, "i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul"),
  ...run(vector, 0x96, "i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u _ i16x8.avgr_u"),
  ...run(vector, 0x9c, "i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u"),
  ...run(
    vector,
    0xa0,
    "i32x4.abs i32x4.neg _ i32x4.all_true i32x4.bitmask _ _ i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s",
  ),
  ...run(vector, 0xa9, "i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add"),
  ...run(vector, 0xb1, "i32x4.sub _ _ _ i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s"),
  ...run(vector, 0xbc, "i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u"),
  ...run(
    vector,
    0xc0,
    "i64x2.abs i64x2.neg _ i64x2.all_true i64x2.bitmask _ _ i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s",
  ),
  ...run(vector, 0xc9, "i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add"),
  ...run(vector, 0xd1, "i64x2.sub _ _ _ i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s"),
  ...run(vector, 0xdc, "i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u"),
  ...run(vector, 0xe0, "f32x4.abs f32x4.neg _ f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max"),
  ...run(vector, 0xea, "f32x4.pmin f32x4.pmax f64x2.abs f64x2.neg _ f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div"),
  ...run(vector, 0xf4, "f64x2.min f64x2.max f64x2.pmin f64x2.pmax i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u"),
  ...run(vector, 0xfa, "f32x4.convert_i32x4_s f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero"),
  ...run(vector, 0xfe, "f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u"),
  ...run(vector, 0x105, "f32x4.relaxed_madd"),
};

const atomics = {
  ...run(atomic, 0x00, "memory.atomic.notify memory.atomic.wait32 memory.atomic.wait64 atomic.fence"),
  ...run(atomic, 0x10, "i32.atomic.load i64.atomic.load i32.atomic.load8_u i32.atomic.load16_u"),
  ...run(atomic, 0x14, "i64.atomic.load8_u i64.atomic.load16_u i64.atomic.load32_u"),
  ...run(atomic, 0x17, "i32.atomic.store i64.atomic.store i32.atomic.store8 i32.atomic.store16"),
  ...run(atomic, 0x1b, "i64.atomic.store8 i64.atomic.store16 i64.atomic.store32"),
  ...run(atomic, 0x1e, "i32.atomic.rmw.add i64.atomic.rmw.add"),
  ...run(atomic, 0x25, "i32.atomic.rmw.sub i64.atomic.rmw.sub"),
  ...run(atomic, 0x2c, "i32.atomic.rmw.and i64.atomic.rmw.and"),
  ...run(atomic, 0x33, "i32.atomic.rmw.or i64.atomic.rmw.or"),
  ...run(atomic, 0x3a, "i32.atomic.rmw.xor i64.atomic.rmw.xor"),
  ...run(atomic, 0x41, "i32.atomic.rmw.xchg i64.atomic.rmw.xchg"),
  ...run(atomic, 0x48, "i32.atomic.rmw.cmpxchg i64.atomic.rmw.cmpxchg"),
};

export const opcodes = { ...core, ...vectors, ...atomics };

export type Opcode = keyof typeof opcodes;
