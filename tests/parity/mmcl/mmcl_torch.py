"""One training step of MMCL in PyTorch, written from the method's description and not from mmx: on single utterances
(examples/mmcl/mmcl.mmx) and on conversations of unequal length (examples/mmcl/conversations.mmx).

Everything random is drawn here and written out beside the weights and the batch, so that mmx can be given the same numbers: the
uniform numbers behind every dropout and feature cut-off, the normal numbers behind the noise on a view. Sums are float64;
what is written is float32. `python3 mmcl_torch.py` writes utterances.npz and conversations.npz next to this file. Here conversations are
taken one at a time, without their padding; what is written is padded, with numbers that would show if they were read.
"""

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SAMPLES = 20
LENGTHS = (6, 3, 7, 1)
PADDING = 7.5
WIDTHS = {"text": 100, "audio": 73, "video": 100}
NOISY = ("audio", "video")
D = 16
DROPOUT = {"utterances": 0.3, "conversations": 0.5}
CUTOFF, NOISE = 0.2, 0.1
TEMPERATURE = 0.1
LAMBDA = 0.1
LEARNING_RATE, DECAY, CLIP = 1e-3, 1e-2, 1.0

torch.set_default_dtype(torch.float64)


class Draws:
    """Random numbers in the order in which the spec's text asks for them; each is remembered."""

    def __init__(self):
        self.taken = []

    def uniform(self, like):
        return self._keep("uniform", torch.rand(like.shape, dtype=torch.float32).clamp(1e-6, 1 - 1e-6))

    def normal(self, like):
        return self._keep("normal", torch.randn(like.shape, dtype=torch.float32))

    def _keep(self, kind, values):
        self.taken.append((kind, values.numpy()))
        return values.double()


def single(module):
    """Rounds every parameter to float32, which is what the fixture can hold."""
    for parameter in module.parameters():
        parameter.data = parameter.data.float().double()
    return module


class TwoLayers(nn.Module):
    def __init__(self, inputs, hidden, outputs, dropout=0.0):
        super().__init__()
        self.first, self.second, self.rate = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs), dropout

    def forward(self, x, draws):
        return self.second(dropout(F.gelu(self.first(x)), self.rate, draws))


class Coder(nn.Module):
    def __init__(self, inputs, rate):
        super().__init__()
        self.linear, self.norm, self.rate = nn.Linear(inputs, D), nn.LayerNorm(D), rate

    def forward(self, x, draws):
        return dropout(F.gelu(self.norm(self.linear(x.clamp(-5, 5)))), self.rate, draws)


class Around(nn.Module):
    """Utterances beside means over their neighbours, three reaches wide, conversation by conversation."""

    def __init__(self, inputs, rate):
        super().__init__()
        self.linear, self.rate = nn.Linear(inputs, D), rate

    def forward(self, x, draws):
        said = dropout(F.gelu(self.linear(x)), self.rate, draws)
        around = torch.zeros(*x.shape[:2], 4 * D)
        for talk, length in enumerate(LENGTHS):
            own = said[talk, :length]
            means = [
                torch.stack([own[max(0, place - reach) : place + reach + 1].mean(0) for place in range(length)])
                for reach in (1, 3, length)
            ]
            around[talk, :length] = torch.cat([own, *means], dim=1)
        return around


class MMCL(nn.Module):
    def __init__(self, talks):
        super().__init__()
        self.talks = talks
        rate = DROPOUT["conversations" if talks else "utterances"]
        self.code = nn.ModuleDict({name: Coder(width, rate) for name, width in WIDTHS.items()})
        self.project = nn.ModuleDict({name: TwoLayers(D, D, D) for name in NOISY})
        self.join = TwoLayers(2 * D, D, D, rate)
        self.to_text = TwoLayers(D, D, D)
        self.to_av = TwoLayers(D, D, D)
        if talks:
            self.around = Around(4 * D, rate)
        self.score = TwoLayers(4 * D, D, 1, rate)

    def among(self, x):
        """What is contrasted with one another: the batch, or the utterances of each conversation."""
        return [x[talk, :length] for talk, length in enumerate(LENGTHS)] if self.talks else [x]

    def instance_contrast(self, a, b):
        return torch.cat([instance_terms(*both) for both in zip(self.among(a), self.among(b))]).mean()

    def supervised_contrast(self, z, kinds):
        terms = [term for both in zip(self.among(z), self.among(kinds)) for term in supervised_terms(*both)]
        return torch.stack(terms).mean()

    def losses(self, batch, draws):
        h = {name: self.code[name](batch[name], draws) for name in WIDTHS}

        def view(name):
            return self.project[name](self.code[name](augment(batch[name], draws), draws), draws)

        one = {name: view(name) for name in NOISY}
        two = {name: view(name) for name in NOISY}
        coding = sum(self.instance_contrast(one[name], two[name]) for name in NOISY)

        av = self.join(torch.cat([h["audio"], h["video"]], dim=-1), draws)
        to_text = self.to_text(av, draws)
        to_av = self.to_av(h["text"], draws)
        instance = self.instance_contrast(to_text, h["text"].detach()) + self.instance_contrast(to_av, av.detach())

        polarity = torch.sign(batch["mood"]).long()
        sentiment = self.supervised_contrast(to_text, polarity) + self.supervised_contrast(to_av, polarity)

        fused = torch.cat([h["text"], to_text, av, to_av], dim=-1)
        if self.talks:
            fused = self.around(fused, draws)
        score = self.score(fused, draws)[..., 0]
        apart = [F.l1_loss(*both, reduction="none") for both in zip(self.among(score), self.among(batch["mood"]))]
        return {"task": torch.cat(apart).mean(), "coding": coding, "instance": instance, "sentiment": sentiment}


def dropout(x, rate, draws):
    if rate == 0:
        return x
    return x * (draws.uniform(x) < 1 - rate) / (1 - rate)


def augment(x, draws):
    kept = x * (draws.uniform(x) >= CUTOFF)
    return kept + NOISE * draws.normal(x)


def instance_terms(a, b):
    """Symmetric InfoNCE over cosine similarities, row by row."""
    scores = F.cosine_similarity(a[:, None, :], b[None, :, :], dim=2) / TEMPERATURE
    own = torch.arange(len(a))
    return (F.cross_entropy(scores, own, reduction="none") + F.cross_entropy(scores.T, own, reduction="none")) / 2


def supervised_terms(z, kinds):
    """Khosla et al. 2020, L_out, sample by sample; a sample without a mate is left out."""
    z = F.normalize(z, dim=1)
    terms = []
    for i in range(len(z)):
        others = [j for j in range(len(z)) if j != i]
        mates = [j for j in others if kinds[j] == kinds[i]]
        if mates:
            scores = z[others] @ z[i] / TEMPERATURE
            logs = scores - torch.logsumexp(scores, dim=0)
            terms.append(-torch.stack([logs[others.index(j)] for j in mates]).mean())
    return terms


def example_batch(talks):
    """Features of deviation 1 with a few far outliers; labels with one lone neutral sample, which has no mate."""
    shape = (len(LENGTHS), max(LENGTHS)) if talks else (SAMPLES,)
    batch = {}
    for name, width in WIDTHS.items():
        x = torch.randn(*shape, width)
        x[torch.rand(*shape, width) < 0.01] *= 9
        batch[name] = x.float().double()
    mood = torch.randint(-15, 16, shape).double() / 5
    mood[mood == 0] = 1.0
    mood[(2, 3) if talks else 7] = 0.0
    batch["mood"] = mood.float().double()
    if talks:
        for talk, length in enumerate(LENGTHS):
            for values in batch.values():
                values[talk, length:] = PADDING
    return batch


def weight_names(model):
    """Paths of the weights in the spec -> parameters here; mmx keeps a linear layer's weight as [inputs, outputs]."""
    names = {}

    def linear(path, layer):
        names[f"{path}.weight"] = (layer.weight, True)
        names[f"{path}.offset"] = (layer.bias, False)

    def two_layers(path, layers):
        linear(f"{path}/MLP/Hidden/Linear", layers.first)
        linear(f"{path}/MLP/Linear", layers.second)

    network = "MMCL/y/Network"
    for name, coder in model.code.items():
        linear(f"{network}/code/{name}/Coder/Linear", coder.linear)
        names[f"{network}/code/{name}/Coder/LayerNorm.gain"] = (coder.norm.weight, False)
        names[f"{network}/code/{name}/Coder/LayerNorm.offset"] = (coder.norm.bias, False)
    for name, head in model.project.items():
        two_layers(f"{network}/project/{name}", head)
    two_layers(f"{network}/av", model.join)
    two_layers(f"{network}/to_text", model.to_text)
    two_layers(f"{network}/to_av", model.to_av)
    two_layers(f"{network}/score", model.score)
    if model.talks:
        linear(f"{network}/seen/Around/said/Linear", model.around.linear)
    return names


def write(file, talks):
    torch.manual_seed(20221207)
    model = MMCL(talks)
    for coder in model.code.values():  # away from 1 and 0, so that a mistake in the layer norm would show
        nn.init.uniform_(coder.norm.weight, 0.5, 1.5)
        nn.init.uniform_(coder.norm.bias, -0.5, 0.5)
    single(model)
    names = weight_names(model)
    written = {}

    def store(prefix, values):
        for name, (parameter, transposed) in names.items():
            value = values(parameter).detach()
            written[f"{prefix}/{name}"] = (value.T if transposed else value).numpy().astype(np.float32)

    store("weight", lambda parameter: parameter)
    batch = example_batch(talks)
    for name, value in batch.items():
        written[f"batch/{name}"] = value.numpy().astype(np.float32)

    if talks:
        written["batch/U"] = np.array(LENGTHS, np.float32)

    draws = Draws()
    losses = model.losses(batch, draws)
    for index, (kind, values) in enumerate(draws.taken):
        written[f"random/{index:02d}.{kind}"] = values

    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    total = losses["task"] + LAMBDA * (losses["coding"] + losses["instance"] + losses["sentiment"])
    total.backward()
    store("gradient", lambda parameter: parameter.grad)
    norm = nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimizer.step()
    store("after", lambda parameter: parameter)

    for name, value in losses.items():
        written[f"loss/{name}"] = np.float32(value.item())
    written["loss/total"] = np.float32(total.item())
    written["gradient_norm"] = np.float32(norm.item())
    assert all(math.isfinite(float(np.sum(value))) for value in written.values())
    target = Path(__file__).with_name(file)
    np.savez_compressed(target, **written)
    print(f"{len(names)} weights, {len(draws.taken)} random arrays, {target.stat().st_size / 1000:.0f} kB")
    print({name: round(value.item(), 6) for name, value in losses.items()}, f"gradient norm {norm.item():.6f}")


if __name__ == "__main__":
    write("utterances.npz", talks=False)
    write("conversations.npz", talks=True)
