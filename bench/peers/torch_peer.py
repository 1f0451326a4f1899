"""The models, and the papers' steps (papers/), in PyTorch: eager, or the loss compiled with torch.compile and a fused optimiser."""

import importlib
import math
import os
import sys

from serve import job, read_tensors, serve

# Threads that spin while they wait would take the time of what is measured beside them.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
import torch.nn.functional as F


def reference(sizes, V, X, Y):
    B, T, d, h = sizes["B"], sizes["T"], sizes["d"], sizes["h"]

    def dense(x, weight, offset):
        return torch.addmm(offset, x.reshape(-1, x.shape[-1]), weight).view(*x.shape[:-1], weight.shape[1])

    def norm(x, gain, offset):
        return F.layer_norm(x, (d,), gain, offset, 1e-5)

    def encode(m):
        x = dense(X[m], V[f"m{m}.Win"], V[f"m{m}.bin"]) + V[f"m{m}.pos"]
        for layer in range(sizes["L"]):
            at = f"m{m}.l{layer}."
            y = norm(x, V[at + "ln1g"], V[at + "ln1b"])
            q, k, v = dense(y, V[at + "Wqkv"], V[at + "bqkv"]).view(B, T, 3, h, d // h).permute(2, 0, 3, 1, 4).unbind(0)
            if sizes["attention"] == "fused":
                o = F.scaled_dot_product_attention(q, k, v)
            else:
                o = torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-1, -2)) * (1 / math.sqrt(d // h)), -1), v)
            x = x + dense(o.transpose(1, 2).reshape(B, T, d), V[at + "Wo"], V[at + "bo"])
            y = norm(x, V[at + "ln2g"], V[at + "ln2b"])
            x = x + dense(F.gelu(dense(y, V[at + "W1"], V[at + "b1"])), V[at + "W2"], V[at + "b2"])
        return norm(x, V[f"m{m}.lnfg"], V[f"m{m}.lnfb"]).mean(1)

    def loss():
        z = torch.cat([encode(m) for m in range(sizes["M"])], 1)
        return ((dense(torch.relu(dense(z, V["H1"], V["hb1"])), V["H2"], V["hb2"]) - Y) ** 2).mean()

    return loss


def tiny(sizes, V, X, Y):
    def encode(m):
        hidden = torch.relu(torch.addmm(V[f"m{m}.b1"], X[m], V[f"m{m}.W1"]))
        return torch.relu(torch.addmm(V[f"m{m}.b2"], hidden, V[f"m{m}.W2"]))

    def loss():
        z = torch.cat([encode(m) for m in range(sizes["M"])], 1)
        hidden = torch.relu(torch.addmm(V["hb1"], z, V["H1"]))
        return ((torch.addmm(V["hb2"], hidden, V["H2"]) - Y) ** 2).mean()

    return loss


def prepare_model(header, tensors, fused):
    """Loss function and optimiser of the bench's own models."""
    V = {name: torch.from_numpy(value).requires_grad_(True) for role, name, value in tensors if role == "weight"}
    X = [torch.from_numpy(value) for role, _, value in tensors if role == "input"]
    (Y,) = [torch.from_numpy(value) for role, _, value in tensors if role == "target"]
    build = {"reference": reference, "tiny": tiny}[header["model"]]
    header["attention"] = "fused" if fused and hasattr(F, "scaled_dot_product_attention") else "plain"
    options = {"fused": True} if fused and torch.__version__ >= "2.4" else {}
    optimizer = torch.optim.Adam(V.values(), lr=header["learningRate"], eps=header["epsilon"], **options)
    return build(header, V, X, Y), optimizer


def prepare_paper(header, tensors, fused):
    twin = importlib.import_module(f"papers.{header['model'].replace('-', '_')}").Twin(header, tensors)
    options = {"fused": True} if fused and torch.__version__ >= "2.4" else {}
    return twin, twin.optimizer(**options)


def compiled_if(wanted, loss):
    return torch.compile(loss) if wanted else loss


def prepare(job):
    torch.set_num_threads(job["threads"])
    header, tensors = read_tensors(job["manifest"])
    compiled = job.get("mode") == "compiled"
    describe = lambda: {"version": f"PyTorch {torch.__version__}", "gemm": peak_gemm()}
    if header["model"] in ("reference", "tiny"):
        loss, optimizer = prepare_model(header, tensors, compiled)
        loss = compiled_if(compiled, loss)

        def step():
            value = loss()
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            return value.item()

        return step, describe

    twin, optimizer = prepare_paper(header, tensors, compiled)
    forward = compiled_if(compiled, twin.forward)

    def paper_step():
        value, updates = forward(twin.drawn())
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        twin.clip()
        optimizer.step()
        twin.after(updates)
        return value.item()

    return paper_step, describe


def peak_gemm():
    """GFLOP/s of a matrix product: the best run of the best of two shapes, as step-worker.mjs has them."""
    import time

    speeds = []
    for rows, columns, depth in ((512, 512, 512), (3200, 256, 64)):
        a, b = torch.randn(rows, depth), torch.randn(depth, columns)
        best = math.inf
        for _ in range(40):
            start = time.perf_counter()
            torch.mm(a, b)
            best = min(best, time.perf_counter() - start)
        speeds.append(2 * rows * columns * depth / best / 1e9)
    return max(speeds)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    serve(prepare)
