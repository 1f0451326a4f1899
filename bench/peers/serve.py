"""What every implementation in Python does around its step: the counterpart of serve.mjs, with the same messages."""

import json
import os
import resource
import sys
import time
import traceback

import numpy as np

MARK = "@bench "


def say(message):
    sys.stdout.write(MARK + json.dumps(message) + "\n")
    sys.stdout.flush()


def peak_memory():
    """Highest resident memory of the process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def job():
    return json.loads(sys.argv[-1])


def read_tensors(manifest):
    """The manifest's header and its tensors as (role, name, array)."""
    with open(manifest, encoding="utf8") as file:
        header = json.load(file)
    raw = np.fromfile(os.path.join(os.path.dirname(manifest), header["file"]), dtype=np.float32)
    tensors = []
    for entry in header["tensors"]:
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = raw[entry["offset"] : entry["offset"] + count].copy()
        if entry["dtype"] == "i32":
            values = values.view(np.int32)
        tensors.append((entry["role"], entry["name"], values.reshape(entry["shape"])))
    return header, tensors


def serve(prepare):
    """Prepares, tells the first step's time, and runs steps when told to. `prepare(job)` gives (step, describe)."""
    losses = []
    before = peak_memory()
    started = time.perf_counter()
    try:
        step, describe = prepare(job())
        losses.append(step())
        first = (time.perf_counter() - started) * 1e3
        say({"event": "ready", "firstStep": first, "before": before, **describe()})
        for line in sys.stdin:
            request = json.loads(line)
            times = []
            began = time.perf_counter()
            while len(times) < request["most"] and (
                len(times) < request["least"] or (time.perf_counter() - began) * 1e3 < request["milliseconds"]
            ):
                start = time.perf_counter()
                loss = step()
                times.append((time.perf_counter() - start) * 1e3)
                losses.append(loss)
            say({"event": "ran", "times": times, "losses": losses[:8], "last": losses[-1], "peak": peak_memory()})
    except Exception:  # what went wrong is the bench's to tell
        say({"event": "failed", "message": traceback.format_exc()})
