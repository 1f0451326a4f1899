// The drivers of a program: one for a thread by itself, and one that any number of threads run at once. There, work lists are
// given out one after the other, item by item; the thread that finishes a list's last item opens the next list. Nobody waits for
// a thread that has not taken an item, so threads that come late, or not at all, cost nothing.
import type { FunctionHandle, Local, ModuleBuilder } from "./assembler.ts";
import { control } from "./program-control.ts";

/** Functions (item, arena, workspace) and how many items each has. */
export interface WorkList {
  /** Run one after the other for every item; more than one only where there is one item. */
  readonly targets: readonly FunctionHandle[];
  readonly items: number;
}

/** Adds the exported function `alone` (from, to, arena, workspace): lists from .. to - 1 on the calling thread. */
export function aloneDriver(builder: ModuleBuilder, lists: readonly WorkList[]): void {
  builder.function(
    "alone",
    ["i32", "i32", "i32", "i32"],
    [],
    (f) => {
      const [from, to, arena, workspace] = f.params as readonly [Local, Local, Local, Local];
      const item = f.local("i32");
      lists.forEach(({ targets, items }, at) => {
        f.i32(at);
        f.get(from);
        f.op("i32.sub");
        f.get(to);
        f.get(from);
        f.op("i32.sub");
        f.op("i32.lt_u");
        f.if(() => {
          f.i32(0);
          f.set(item);
          f.loop((again) => {
            for (const target of targets) {
              f.get(item);
              f.get(arena);
              f.get(workspace);
              f.call(target);
            }
            if (items === 1) return;
            f.get(item);
            f.i32(1);
            f.op("i32.add");
            f.tee(item);
            f.i32(items);
            f.op("i32.lt_u");
            f.branchIf(again);
          });
        });
      });
    },
    { exported: true },
  );
}

/** Nanoseconds that a thread sleeps before it returns to its caller, who may ask whether the others still live. */
const sleep = 100_000_000n;

/** What `take` gives instead of an item. */
const [listOver, waitedLong] = [-1, -2];

/**
 * Adds the exported function `together` (first, from, to, patience, arena, workspace) for shared memory: lists from .. to - 1, of
 * which `from` has the number `first`. `patience` is how many times a thread looks whether a list is over before it sleeps;
 * negative: it never sleeps, and looks so many times at most. Its result is 0 when all lists are over, or 1 when a thread has waited
 * long in one of them (a tenth of a second asleep, or all its looks): the caller then looks after the threads and calls again with the same
 * numbers. That goes on where it was: a thread that waits holds no item, and lists before the ticket's are passed by.
 */
export function togetherDriver(builder: ModuleBuilder, lists: readonly WorkList[]): void {
  const take = takeFunction(builder);
  const finish = finishFunction(builder);
  builder.function(
    "together",
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    ["i32"],
    (f) => {
      const [first, from, to, patience, arena, workspace] = f.params as readonly [Local, Local, Local, Local, Local, Local];
      const [item, number] = [f.local("i32"), f.local("i32")];
      lists.forEach(({ targets, items }, at) => {
        f.i32(at);
        f.get(from);
        f.op("i32.sub");
        f.tee(number);
        f.get(to);
        f.get(from);
        f.op("i32.sub");
        f.op("i32.lt_u");
        f.if(() => {
          f.get(number);
          f.get(first);
          f.op("i32.add");
          f.set(number);
          f.block((over) => {
            f.loop((again) => {
              f.get(number);
              f.i32(items);
              f.get(patience);
              f.call(take);
              f.tee(item);
              f.i32(0);
              f.op("i32.lt_s");
              f.if(() => {
                f.get(item);
                f.i32(listOver);
                f.op("i32.eq");
                f.branchIf(over);
                f.i32(1);
                f.return();
              });
              for (const target of targets) {
                f.get(item);
                f.get(arena);
                f.get(workspace);
                f.call(target);
              }
              f.get(number);
              f.i32(items);
              f.call(finish);
              f.branch(again);
            });
          });
        });
      });
      f.i32(0);
    },
    { exported: true },
  );
}

/** (number, items, patience) -> the next item of the list of this number, `listOver`, or `waitedLong` where it is not over yet. */
function takeFunction(builder: ModuleBuilder): FunctionHandle {
  return builder.function("take", ["i32", "i32", "i32"], ["i32"], (f) => {
    const [number, items, patience] = f.params as readonly [Local, Local, Local];
    const [ticket, item, woken] = [f.local("i64"), f.local("i32"), f.local("i32")];
    f.loop((again) => {
      f.i32(control.ticket);
      f.memory("i64.atomic.load");
      f.tee(ticket);
      f.i64(32n);
      f.op("i64.shr_u");
      f.op("i32.wrap_i64");
      f.get(number);
      f.op("i32.ne");
      f.if(() => {
        f.i32(listOver);
        f.return();
      });
      f.get(ticket);
      f.op("i32.wrap_i64");
      f.tee(item);
      f.get(items);
      f.op("i32.lt_u");
      f.if(() => {
        f.i32(control.ticket);
        f.get(ticket);
        f.get(ticket);
        f.i64(1n);
        f.op("i64.add");
        f.memory("i64.atomic.rmw.cmpxchg");
        f.get(ticket);
        f.op("i64.ne");
        f.branchIf(again);
        f.get(item);
        f.return();
      });
      // One step towards 0, or towards -1 from below: neither, if it is there.
      f.get(patience);
      f.i32(1);
      f.op("i32.add");
      f.i32(1);
      f.op("i32.gt_u");
      f.if(() => {
        f.get(patience);
        f.get(patience);
        f.i32(31);
        f.op("i32.shr_s");
        f.i32(1);
        f.op("i32.or");
        f.op("i32.sub");
        f.set(patience);
        f.branch(again);
      });
      f.get(patience);
      f.if(() => {
        f.i32(waitedLong);
        f.return();
      });
      // The number of the list is the ticket's high half, 4 bytes on.
      f.i32(control.sleepers);
      f.i32(1);
      f.memory("i32.atomic.rmw.add");
      f.op("drop");
      f.i32(control.ticket + 4);
      f.get(number);
      f.i64(sleep);
      f.memory("memory.atomic.wait32");
      f.set(woken);
      f.i32(control.sleepers);
      f.i32(1);
      f.memory("i32.atomic.rmw.sub");
      f.op("drop");
      // 2: the time is up.
      f.get(woken);
      f.i32(2);
      f.op("i32.ne");
      f.branchIf(again);
    });
    f.i32(waitedLong);
  });
}

/** (number, items): notes that an item is done; after the last one opens the next list and wakes whoever sleeps. */
function finishFunction(builder: ModuleBuilder): FunctionHandle {
  return builder.function("finish", ["i32", "i32"], [], (f) => {
    const [number, items] = f.params as readonly [Local, Local];
    f.i32(control.done);
    f.i32(1);
    f.memory("i32.atomic.rmw.add");
    f.i32(1);
    f.op("i32.add");
    f.get(items);
    f.op("i32.ne");
    f.if(() => f.return());
    f.i32(control.done);
    f.i32(0);
    f.memory("i32.atomic.store");
    // Exchanged, not stored: where a thread has failed, the ticket already says that the run is over.
    f.i32(control.ticket);
    f.get(number);
    f.op("i64.extend_i32_u");
    f.i64(32n);
    f.op("i64.shl");
    f.get(items);
    f.op("i64.extend_i32_u");
    f.op("i64.or");
    f.get(number);
    f.i32(1);
    f.op("i32.add");
    f.op("i64.extend_i32_u");
    f.i64(32n);
    f.op("i64.shl");
    f.memory("i64.atomic.rmw.cmpxchg");
    f.op("drop");
    f.i32(control.sleepers);
    f.memory("i32.atomic.load");
    f.if(() => {
      f.i32(control.ticket + 4);
      f.i32(-1);
      f.memory("memory.atomic.notify");
      f.op("drop");
    });
  });
}
