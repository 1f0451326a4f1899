"""The reference and tiny models in PyTorch on a CUDA device: eager, or the loss compiled with torch.compile and a fused optimiser.
Products in float32 without TF32, as every other implementation has them, unless the mode says `tf32`."""

import os
import sys

import torch

from serve import job, read_tensors, serve
from torch_peer import reference, tiny


def prepare(job):
    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch finds no CUDA device")
    modes = job.get("mode", "eager").split("-")
    torch.backends.cuda.matmul.allow_tf32 = "tf32" in modes
    compiled = "compiled" in modes
    header, tensors = read_tensors(job["manifest"])
    on_device = lambda value: torch.from_numpy(value).cuda()
    V = {name: on_device(value).requires_grad_(True) for role, name, value in tensors if role == "weight"}
    X = [on_device(value) for role, _, value in tensors if role == "input"]
    (Y,) = [on_device(value) for role, _, value in tensors if role == "target"]
    header["attention"] = "fused" if compiled else "plain"
    loss = {"reference": reference, "tiny": tiny}[header["model"]](header, V, X, Y)
    if compiled:
        loss = torch.compile(loss)
    options = {"fused": True} if compiled else {}
    optimizer = torch.optim.Adam(V.values(), lr=header["learningRate"], eps=header["epsilon"], **options)

    def step():
        value = loss()
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        return value.item()

    return step, lambda: {"version": f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}"}


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    serve(prepare)
