// Memory shared by values that are not alive at the same time. Each memory is a buffer of its own on the device, so that dispatches
// that touch different ones need not wait for each other.

/** From its first to its last step, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Never shares its memory. */
  readonly lasting: boolean;
}

export interface Slots {
  /** For each lifetime its slot. */
  readonly slotOf: readonly number[];
  readonly bytes: readonly number[];
}

/** In order of first use: the smallest free slot that holds the value, else the largest free one, which grows. */
export function assignSlots(lifetimes: readonly Lifetime[]): Slots {
  const slots: { bytes: number; free: number }[] = [];
  const slotOf = new Array<number>(lifetimes.length).fill(-1);
  const order = [...lifetimes.keys()].sort((a, b) => at(a).first - at(b).first || at(b).bytes - at(a).bytes);
  function at(index: number): Lifetime {
    return lifetimes[index] as Lifetime;
  }
  for (const index of order) {
    const { bytes, first, last, lasting } = at(index);
    const open = lasting ? [] : slots.filter(({ free }) => free < first);
    const fitting = open.filter((slot) => slot.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    let slot = fitting ?? open.sort((a, b) => b.bytes - a.bytes)[0];
    if (slot === undefined) {
      slot = { bytes, free: -1 };
      slots.push(slot);
    }
    slot.bytes = Math.max(slot.bytes, bytes);
    slot.free = lasting ? Number.POSITIVE_INFINITY : last;
    slotOf[index] = slots.indexOf(slot);
  }
  return { slotOf, bytes: slots.map(({ bytes }) => bytes) };
}
