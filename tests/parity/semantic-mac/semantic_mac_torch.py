"""Three training steps of SemanticMAC in PyTorch, written from the equations in examples/semantic-mac/README.md and not from mmx, for
each of its tasks: a score (mosi.mmx), one class of seven (meld.mmx), several labels of seven (conversations.mmx). The first step is of
the first epoch, in which the pseudo labels are the truth; the others of later epochs, in which banks of pseudo labels and features move.

The uniform numbers behind every dropout are drawn here and written out beside the weights, the banks and the data, so that mmx can be
given the same ones. Sums are float64; what is written is float32. `python3 semantic_mac_torch.py` writes mosi.npz, meld.npz and
conversations.npz next to this file.
"""

import math
from collections import namedtuple
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SAMPLES, BATCH = 20, 12
EPOCH_NUMBERS = (1, 3, 4)
D, LATENTS, HEADS, LAYERS = 8, 3, 4, 1
DROPOUT, TEMPERATURE = 0.3, 0.1
SHARED_HEAD, UNIMODAL, INTRA, INTER = 0.5, 1.0, 0.1, 0.1
DECAY, CLIP = 1e-2, 1.0
PADDING = 7.5

torch.set_default_dtype(torch.float64)

# Of each modality: its features, the longest sequence here, and how many positions its table has. `rate` is the learning rate.
Task = namedtuple("Task", "name modalities labels low middle high rate")
TASKS = (
    Task("mosi", {"text": (10, 6, 48), "audio": (5, 1, 1)}, 1, -3.0, 0.0, 3.0, 5e-4),
    Task("meld", {"text": (10, 5, 32), "before": (10, 6, 32)}, 7, 0.0, 0.5, 1.0, 1e-3),
    Task("conversations", {"speaker": (10, 6, 128), "others": (10, 5, 128)}, 7, 0.0, 0.5, 1.0, 1e-3),
)


class Dropout:
    """Dropout from uniform numbers that are remembered in the order in which they are drawn; 256 different ones make a small fixture."""

    def __init__(self):
        self.taken = []

    def __call__(self, x):
        drawn = torch.randint(256, x.shape).float() / 256
        self.taken.append(drawn.numpy())
        return x * (drawn.double() < 1 - DROPOUT) / (1 - DROPOUT)


def two_layers(inputs, outputs):
    return nn.ModuleList([nn.Linear(inputs, D), nn.Linear(D, outputs)])


def through(layers, x, drop):
    return layers[1](drop(F.gelu(layers[0](x))))


class Attention(nn.Module):
    """concat_h softmax(Q_h K_hᵀ / sqrt(D / heads)) V_h, and a linear map; places beyond a sequence's length get no weight."""

    def __init__(self):
        super().__init__()
        self.queries, self.keys, self.values, self.out = (nn.Linear(D, D) for _ in range(4))

    def forward(self, x, source, lengths=None, drop=None):
        q, k, v = self.queries(x), self.keys(source), self.values(source)
        of = lambda head: slice(head * D // HEADS, (head + 1) * D // HEADS)
        weights = []
        for head in range(HEADS):
            scores = q[..., of(head)] @ k[..., of(head)].transpose(1, 2) / math.sqrt(D / HEADS)
            if lengths is not None:
                beyond = torch.arange(source.shape[1]) >= lengths[:, None, None]
                scores = scores.masked_fill(beyond, float("-inf"))
            weights.append(torch.softmax(scores, dim=-1))
        weights = torch.stack(weights, dim=1)
        if drop is not None:
            weights = drop(weights)
        parts = [weights[:, head] @ v[..., of(head)] for head in range(HEADS)]
        return self.out(torch.cat(parts, dim=-1))


class Reading(nn.Module):
    """Latents read a source (or, without one, one another), then pass a feed-forward layer; layer norms first, residual sums."""

    def __init__(self, cross):
        super().__init__()
        self.norm, self.after = nn.LayerNorm(D), nn.LayerNorm(D)
        if cross:
            self.source_norm = nn.LayerNorm(D)
        self.attention = Attention()
        self.wide, self.narrow = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

    def forward(self, q, drop, source=None, lengths=None):
        normed = self.norm(q)
        h = q + drop(self.attention(normed, normed if source is None else self.source_norm(source), lengths, drop))
        return h + drop(self.narrow(drop(F.gelu(self.wide(self.after(h))))))


class AffectivePerceiver(nn.Module):
    def __init__(self, features, positions):
        super().__init__()
        self.inward = nn.Linear(features, D)
        self.positions = nn.Parameter(0.02 * torch.randn(positions, D))
        self.query = nn.Parameter(0.5 * torch.randn(LATENTS, D))
        self.cross = nn.ModuleList([Reading(cross=True) for _ in range(LAYERS)])
        self.within = nn.ModuleList([Reading(cross=False) for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(D)

    def forward(self, x, lengths, drop):
        e = self.inward(drop(x)) + self.positions[: x.shape[1]]
        q = self.query.repeat(len(x), 1, 1)
        for cross, within in zip(self.cross, self.within):
            q = within(cross(q, drop, e, lengths), drop)
        return self.norm(q)


class SemanticMAC(nn.Module):
    def __init__(self, task):
        super().__init__()
        self.task, self.names = task, tuple(task.modalities)
        pairs = [(m, n) for m in self.names for n in self.names if m != n]
        self.perceiver = nn.ModuleDict({m: AffectivePerceiver(width, rows) for m, (width, _, rows) in task.modalities.items()})
        self.told = nn.ModuleDict({f"{m}_{n}": Attention() for m, n in pairs})
        self.gate = nn.ModuleDict({f"{m}_{n}": nn.Linear(2 * D, D) for m, n in pairs})
        self.itself = nn.ModuleDict({m: Attention() for m in self.names})
        many = len(self.names)
        self.c, self.whole = two_layers(many * D, D), two_layers((many + 1) * D, D)
        self.own = nn.ModuleDict({m: two_layers(D, task.labels) for m in self.names})
        self.common, self.answer = two_layers(D, task.labels), nn.Linear(D, task.labels)

    def forward(self, batch, drop):
        """Features and answers: (s_m, c_m, c, whole, ŷ_m, ŷ_c, ŷ)."""
        latents = {m: self.perceiver[m](batch[m], batch[f"length.{m}"], drop) for m in self.names}
        specific = {m: (a + self.itself[m](a, a)).mean(1) for m, a in latents.items()}
        shared = {m: (a + sum(self.through_gate(m, n, latents) for n in self.names if n != m)).mean(1) for m, a in latents.items()}
        c = through(self.c, torch.cat([shared[m] for m in self.names], 1), drop)
        whole = through(self.whole, torch.cat([*(specific[m] for m in self.names), c], 1), drop)
        own = {m: through(self.own[m], specific[m], drop) for m in self.names}
        return specific, shared, c, whole, own, through(self.common, c, drop), self.answer(whole)

    def through_gate(self, m, n, latents):
        told = self.told[f"{m}_{n}"](latents[m], latents[n])
        return torch.sigmoid(self.gate[f"{m}_{n}"](torch.cat([latents[m], told], -1))) * told

    def each(self, answer, degrees):
        """The task's loss, sample by sample: absolute error, cross entropy of the classes, or of each label."""
        if self.task.name == "mosi":
            return (answer - degrees).abs().mean(1)
        if self.task.name == "meld":
            return -(degrees * torch.log_softmax(answer, 1)).sum(1)
        return F.binary_cross_entropy_with_logits(answer, degrees, reduction="none").mean(1)

    def kinds(self, degrees):
        """Samples of one kind belong together: whole degrees, the likeliest class, the set of labels."""
        if self.task.name == "mosi":
            return [round(min(3.0, max(-3.0, float(degree)))) for degree in degrees[:, 0]]
        if self.task.name == "meld":
            return [int(row.argmax()) for row in degrees]
        return [tuple((row > 0.5).tolist()) for row in degrees]

    def losses(self, features, known, truth):
        specific, shared, c, _, own, common, answer = features
        far = {m: torch.tanh((known[m] - truth).abs()).mean(1) for m in self.names}
        unimodal = sum((far[m] * self.each(own[m], known[m])).mean() for m in self.names)
        kinds = supervised_contrast(c, self.kinds(truth))
        pseudo = [supervised_contrast(specific[m], self.kinds(known[m])) for m in self.names]
        return {
            "task": self.each(answer, truth).mean(),
            "semantic": self.each(common, truth).mean(),
            "unimodal": unimodal,
            "intra": intra_contrast([shared[m] for m in self.names], [specific[m] for m in self.names]),
            "inter": kinds + sum(pseudo) / len(pseudo),
        }


def intra_contrast(shared, specific):
    """Within a sample: shared streams of two modalities are a positive pair; shared with specific, and specific ones, negatives."""
    alike = lambda a, b: F.cosine_similarity(a, b, dim=1) / TEMPERATURE
    count = len(shared)
    unordered = [(m, n) for m in range(count) for n in range(m + 1, count)]
    negative = [alike(shared[m], specific[m]) for m in range(count)] + [alike(specific[m], specific[n]) for m, n in unordered]
    terms = []
    for m, n in unordered:
        positive = alike(shared[m], shared[n])
        terms.append((torch.logsumexp(torch.stack([positive, *negative]), 0) - positive).mean())
    return sum(terms) / len(terms)


def supervised_contrast(z, kinds):
    """Khosla et al. 2020, L_out; a sample without a mate is left out."""
    z = F.normalize(z, dim=1)
    terms = []
    for i in range(len(z)):
        others = [j for j in range(len(z)) if j != i]
        mates = [place for place, j in enumerate(others) if kinds[j] == kinds[i]]
        if mates:
            logs = torch.log_softmax(z[others] @ z[i] / TEMPERATURE, 0)
            terms.append(-logs[mates].mean())
    return sum(terms) / len(terms)


def lean(x, seen, labels, middle):
    """(d⁻ - d⁺) / d⁺ for each label: distances to the centres of the samples below and above the middle. [B, D] -> [B, Y]."""
    columns = []
    for label in labels.T:
        centre = lambda chosen: seen[chosen].mean(0) if chosen.any() else torch.zeros(D)
        above, below = ((x - centre(chosen)).norm(dim=1) for chosen in (label > middle, label < middle))
        columns.append((below - above) / (above + 1e-8))
    return torch.stack(columns, 1)


def updated(task, features, banks, rows, known, truth, n):
    """The banks after a step of the n-th epoch: Self-MM's rule, label by label."""
    specific, _, _, whole, *_ = features
    after = {name: value.clone() for name, value in banks.items()}
    fusion = lean(whole, banks["fused"], banks["degrees"], task.middle)
    for m in task.modalities:
        own = lean(specific[m], banks[f"seen/{m}"], banks[f"label/{m}"], task.middle)
        new = 0.5 * truth * own / (fusion + 1e-8) + 0.5 * (truth + own - fusion)
        moved = (n - 1) / (n + 1) * known[m] + 2 / (n + 1) * new.clamp(task.low, task.high)
        after[f"label/{m}"][rows] = truth if n == 1 else moved
        after[f"seen/{m}"][rows] = specific[m]
    after["fused"][rows] = whole
    after["degrees"][rows] = truth
    return {name: value.detach() for name, value in after.items()}


def single(x):
    """Rounded to float32, which is what the fixture can hold."""
    return x.detach().float().double()


def made_data(task):
    """Features of deviation 1 with a few far outliers, padding that would show, and labels; every kind has a mate or two."""
    data = {}
    for name, (width, longest, _) in task.modalities.items():
        x = torch.randn(SAMPLES, longest, width)
        x[torch.rand(x.shape) < 0.02] *= 9
        lengths = torch.randint(1, longest + 1, (SAMPLES,))
        x[torch.arange(longest) >= lengths[:, None]] = PADDING
        data[name], data[f"length.{name}"] = single(x), lengths
    if task.name == "mosi":
        data["truth"] = single(torch.randint(-15, 16, (SAMPLES, 1)) / 5)
    elif task.name == "meld":
        data["truth"] = F.one_hot(torch.arange(SAMPLES) % 5, 7).double()
    else:
        data["truth"] = (torch.rand(5, 7) < 0.4).double()[torch.arange(SAMPLES) % 5]
    return data


def made_banks(task, truth):
    """Banks as they might be amid training: labels around the truth, features that lean by their labels."""
    spread = task.high - task.low
    label = lambda: single((truth + 0.3 * spread * torch.randn(truth.shape)).clamp(task.low, task.high))
    features = lambda by: single(0.7 * torch.randn(SAMPLES, D) + ((by - task.middle) / spread) @ torch.randn(task.labels, D))
    banks = {"degrees": truth.clone(), "fused": features(truth)}
    for m in task.modalities:
        banks[f"label/{m}"] = label()
        banks[f"seen/{m}"] = features(banks[f"label/{m}"])
    return banks


def weight_names(model):
    """Paths of the weights in the spec -> parameters here; mmx keeps a linear layer's weight as [inputs, outputs]."""
    names = {}

    def linear(path, layer):
        names[f"{path}/Linear.weight"] = (layer.weight, True)
        names[f"{path}/Linear.offset"] = (layer.bias, False)

    def norm(path, layer):
        names[f"{path}.gain"] = (layer.weight, False)
        names[f"{path}.offset"] = (layer.bias, False)

    def attention(path, layer):
        for part in ("queries", "keys", "values"):
            linear(f"{path}/{part}", getattr(layer, part))
        linear(path, layer.out)

    def mlp(path, layers):
        linear(f"{path}/MLP/Hidden", layers[0])
        linear(f"{path}/MLP", layers[1])

    def reading(path, layer):
        norm(f"{path}/h/LayerNorm", layer.norm)
        if hasattr(layer, "source_norm"):
            norm(f"{path}/h/LayerNorm_2", layer.source_norm)
        attention(f"{path}/h/Attention", layer.attention)
        norm(f"{path}/LayerNorm", layer.after)
        linear(f"{path}/Feed", layer.wide)
        names[f"{path}/Feed/Linear_2.weight"] = (layer.narrow.weight, True)
        names[f"{path}/Feed/Linear_2.offset"] = (layer.narrow.bias, False)

    network = "SemanticMAC/y/Network"
    for m, perceiver in model.perceiver.items():
        path = f"{network}/latents/{m}/Affective"
        linear(path, perceiver.inward)
        names[f"{path}/Positions.table"] = (perceiver.positions, False)
        names[f"{path}/Perceiver/start/PerceiverStart.query"] = (perceiver.query, False)
        for number, (cross, within) in enumerate(zip(perceiver.cross, perceiver.within), 1):
            reading(f"{path}/Perceiver/{number}/PerceiverBlock/CrossBlock", cross)
            reading(f"{path}/Perceiver/{number}/PerceiverBlock/Block", within)
        norm(f"{path}/Perceiver/LayerNorm", perceiver.norm)
        attention(f"{network}/specific/{m}/Attention", model.itself[m])
        mlp(f"{network}/own/{m}", model.own[m])
    for pair, told in model.told.items():
        attention(f"{network}/told/{pair}/Gated/told/Attention", told)
        linear(f"{network}/told/{pair}/Gated/gate", model.gate[pair])
    for name in ("c", "whole", "common"):
        mlp(f"{network}/{name}", getattr(model, name))
    linear(f"{network}/answer", model.answer)
    return names


def seen_by(task, batch):
    """What the network is given: acoustic features of which five deviations are the most that counts."""
    return {**batch, "audio": batch["audio"].clamp(-5, 5)} if task.name == "mosi" else batch


def write(task, seed):
    torch.manual_seed(seed)
    model = SemanticMAC(task)
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):  # away from 1 and 0, so that a mistake in the layer norm would show
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    for parameter in model.parameters():
        parameter.data = single(parameter)
    names = weight_names(model)
    assert len(names) == len(list(model.parameters()))
    written = {}

    def store(name, values):
        """One array for all weights, one after the other by path: hundreds of small ones would be mostly names."""
        parts = []
        for _, (parameter, transposed) in sorted(names.items()):
            value = values(parameter).detach()
            parts.append((value.T if transposed else value).numpy().reshape(-1))
        written[name] = np.concatenate(parts)

    data = made_data(task)
    banks = made_banks(task, data["truth"])
    store("weight", lambda parameter: parameter)
    written.update({f"data/{name}": value.numpy() for name, value in data.items()})
    written.update({f"bank/{name}": value.numpy() for name, value in banks.items()})
    optimizer = torch.optim.AdamW(model.parameters(), lr=task.rate, weight_decay=DECAY)
    for step, n in enumerate(EPOCH_NUMBERS, 1):
        rows = torch.randperm(SAMPLES)[:BATCH]
        batch = {name: value[rows] for name, value in data.items()}
        truth = batch["truth"]
        known = {m: truth if n == 1 else banks[f"label/{m}"][rows] for m in model.names}
        drop = Dropout()
        features = model(seen_by(task, batch), drop)
        losses = model.losses(features, known, truth)
        total = losses["task"] + SHARED_HEAD * losses["semantic"] + UNIMODAL * losses["unimodal"]
        total = total + INTRA * losses["intra"] + INTER * losses["inter"]
        optimizer.zero_grad()
        total.backward()
        store(f"{step}/gradient", lambda parameter: parameter.grad)
        norm = nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        banks = updated(task, features, banks, rows, known, truth, n)
        written.update({f"{step}/bank/{name}": value.numpy() for name, value in banks.items()})
        written.update({f"{step}/random/{index:02d}": value for index, value in enumerate(drop.taken)})
        written.update({f"{step}/loss/{name}": value.item() for name, value in {**losses, "total": total}.items()})
        written.update({f"{step}/gradient_norm": norm.item(), f"{step}/epoch": n, f"{step}/rows": rows.numpy()})
        print(task.name, n, {name: round(value.item(), 5) for name, value in losses.items()}, f"gradient norm {norm.item():.5f}")
    store("after", lambda parameter: parameter)
    written = {name: np.asarray(value, np.float32) for name, value in written.items()}
    assert all(np.isfinite(value).all() for value in written.values())
    written["paths"] = np.array(sorted(names))
    target = Path(__file__).with_name(f"{task.name}.npz")
    np.savez_compressed(target, **written)
    print(f"{len(names)} weights, {len(drop.taken)} random arrays a step, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    for each in TASKS:
        write(each, seed=2408)
