"""CyIN's step in its second stage, from the paper's equations and its published code's choices (examples/cyin/cyin.mmx names both)."""

import torch
import torch.nn.functional as F

from papers.common import Draws, Twin as Base
from papers.mult import crossed

NAMES = ("text", "audio", "vision")
PAIRS = [(s, t) for s in NAMES for t in NAMES if s != t]
BETA, GAMMA, RATE = 16, 10, 0.1


def key(s, t):
    """One translator for both directions."""
    return "_".join(sorted((s, t)))


class Twin(Base):
    rate, decay, max_value = 5e-4, 1e-3, 5.0

    def prepare(self):
        self.blocks, self.layers = int(self.set.get("blocks", 8)), int(self.set.get("layers", 2))
        for name, value in self.weights.items():
            if "/Conv" in name and name.endswith(".weight") or "/Narrow" in name:
                self.own(name, value.reshape(-1, 3, value.shape[1]).permute(2, 0, 1))  # the kernel's taps vary fastest
        super().prepare()

    def conv(self, path, x, padding=1):
        weight, bias = self.parameters[f"{path}/Linear.weight"], self.parameters.get(f"{path}/Linear.offset")
        return F.conv1d(x.transpose(1, 2), weight, bias, padding=padding).transpose(1, 2)

    def encode(self, name, x):
        path = f"CyIN/q/{name}/Encode/both"
        return self.linear(f"{path}/Linear_2", F.relu(self.linear(f"{path}/Linear", x))).chunk(2, -1)

    def decode(self, name, b):
        path = f"CyIN/dec/{name}/Decode"
        return torch.sigmoid(self.linear(f"{path}/Linear_2", F.relu(self.linear(f"{path}/Linear", b))))

    def translate(self, pair, x):
        path = f"CyIN/tr/{pair}/Translate"
        total, out = x, 0
        for block in range(1, self.blocks + 1):
            at = f"{path}/{block}/Residual"
            total = total + out
            code = F.leaky_relu(self.conv(f"{at}/code/Conv", total))
            code = self.conv(f"{at}/code/Conv_3", F.leaky_relu(self.conv(f"{at}/code/Conv_2", code)))
            out = F.relu(self.conv(f"{at}/Conv_2", F.relu(self.conv(f"{at}/Conv", code))))
            out = self.linear(f"{at}/Linear", out)
        return self.conv(f"{path}/Conv_2", F.relu(self.conv(f"{path}/Conv", total + out)))

    def fuse(self, parts, draws):
        path = "CyIN/fusion/Fusion"
        wide = {name: self.conv(f"{path}/wide/{name}/Narrow", parts[name], padding=0) for name in NAMES}
        kept = crossed(self, f"{path}/kept/Crossed", wide, self.layers, 3, 8, RATE, draws)
        h = torch.cat([kept[name].mean(1) for name in NAMES], -1)
        deep = draws.dropout(f"{path}/dropout", F.relu(self.linear(f"{path}/Linear", h)), RATE)
        return self.linear(f"{path}/Linear_3", self.linear(f"{path}/Linear_2", deep) + h)[:, 0]

    def forward(self, given):
        draws = Draws(given)
        mood = self.batch["clip.mood"]
        q = {name: self.encode(name, self.batch[f"clip.{name}"]) for name in NAMES}
        divergence = {name: (-0.5 * (1 + lv - mu**2 - lv.exp())).mean() for name, (mu, lv) in q.items()}
        z, terms = {}, []
        for s in NAMES:
            mean, logvar = q[s]
            for t in NAMES:
                z[s] = mean + torch.exp(logvar / 2) * draws.normal(f"CyIN/draw/{s}_{t}", mean)  # the last one goes on
                terms.append(divergence[s] + BETA * F.mse_loss(self.decode(t, z[s]), self.batch[f"clip.{t}"]))
        tib = sum(terms) / 9
        lib = sum(F.l1_loss(self.linear(f"CyIN/own/{name}/Linear", z[name].mean(1))[:, 0], mood) for name in NAMES)

        to = {(s, t): self.translate(key(s, t), z[s]) for s, t in PAIRS}
        back = {(s, t): self.translate(key(s, t), to[s, t]) for s, t in PAIRS}
        rec = {t: sum(to[s, t] for s in NAMES if s != t) for t in NAMES}
        cycle = {s: sum(back[s, t] for t in NAMES if t != s) for s in NAMES}
        there = (sum(F.mse_loss(to[s, t], z[t]) for s, t in PAIRS) + sum(F.mse_loss(rec[t], z[t]) for t in NAMES)) / 9
        cyclic = (sum(F.mse_loss(back[s, t], z[s]) for s, t in PAIRS) + sum(F.mse_loss(cycle[s], z[s]) for s in NAMES)) / 9

        drawn = {}
        for m in NAMES:
            choices = torch.stack([z[m], *(to[s, m] for s in NAMES if s != m), rec[m]])
            which = (4 * draws.scalar(f"CyIN/drawn/{m}")).long().clamp(max=3)
            drawn[m] = choices.index_select(0, which.reshape(1))[0]
        task = F.l1_loss(self.fuse(drawn, draws), mood)
        return task + lib + tib / BETA + GAMMA * (there + cyclic), {}
