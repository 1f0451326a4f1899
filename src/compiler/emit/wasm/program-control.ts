// The control block: the bytes at the start of a session's memory through which threads share out the work of a step. The
// emitted driver and the executor both go by these addresses.

/** Byte addresses, each on a cache line of its own. */
export const control = {
  /**
   * An i64: the number of the work list that is being given out (high half) and how many of its items are taken (low half).
   * Lists are numbered on from run to run, so that a thread which comes late finds that its list is over.
   */
  ticket: 64,
  /** Items of the current list that are finished. */
  done: 128,
  /** Threads that sleep until the current list is over. */
  sleepers: 192,
} as const;

/** Bytes of the driver's part of the control block. */
export const controlBytes = 256;
