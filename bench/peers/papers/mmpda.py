"""MMPDA's step: the published network on given features, with the adaptation loss that examples/mmpda/mmpda.mmx reconstructs."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from papers.common import Draws, Twin as Base
from papers.mult import crossed

SIGNALS = {"units": "Stacked", "gaze": "Stacked_2", "expression": "Stacked_3", "affect": "Stacked_4"}
NET, RATE = "MMPDA/net/Network", 0.1


def kernels(x, y, width):
    """Five Gaussian kernels around the width, on all squared distances."""
    distances = squared(x, y)
    return sum(torch.exp(-distances / (width * 2.0**power)) for power in (-2, -1, 0, 1, 2))


def squared(x, y):
    return ((x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2 * x @ y.T).clamp(min=0)


def width_of(x, y):
    """Mean squared distance over all different pairs of both batches."""
    many = len(x) + len(y)
    both = torch.cat([x, y]).detach()
    return (squared(both, both).sum() / (many * (many - 1))).clamp(min=1e-6)


def mmd(x, y):
    width = width_of(x, y)
    return kernels(x, x, width).mean() + kernels(y, y, width).mean() - 2 * kernels(x, y, width).mean()


def lmmd(x, label, y, probability):
    """Zhu et al. 2020, equation 6: MMD within each class, samples weighted by their share of it."""
    classes = probability.shape[1]
    truth = F.one_hot(label, classes).float()
    seen = truth.sum(0).clamp(max=1)
    own = truth / truth.sum(0).clamp(min=1)
    theirs = probability / probability.sum(0).clamp(min=1e-12) * seen
    width = width_of(x, y)
    within = (kernels(x, x, width) * (own @ own.T)).sum() + (kernels(y, y, width) * (theirs @ theirs.T)).sum()
    return (within - 2 * (kernels(x, y, width) * (own @ theirs.T)).sum()) / classes


class Twin(Base):
    rate, decay = 1e-4, 5e-5

    def prepare(self):
        self.layers = int(self.set.get("layers", 3))
        self.lstms = {}
        for path in {name.rsplit("/gates/", 1)[0] for name in self.weights if "/LSTM" in name and "/gates/" in name}:
            self.lstms[path] = self.lstm_from(path)
        for name in [name for name in self.weights if "/LSTM" in name]:
            del self.weights[name]
        super().prepare()

    def lstm_from(self, path):
        inward = self.weights[f"{path}/gates/Linear.weight"]
        own = self.weights[f"{path}/cell/LSTMCell/all/Linear.weight"]
        module = nn.LSTM(inward.shape[0], own.shape[0], batch_first=True)
        with torch.no_grad():
            module.weight_ih_l0.copy_(inward.T)
            module.weight_hh_l0.copy_(own.T)
            module.bias_ih_l0.copy_(self.weights[f"{path}/gates/Linear.offset"])
            module.bias_hh_l0.zero_()
        module.bias_hh_l0.requires_grad_(False)  # one offset is enough
        for name, parameter in module.named_parameters():
            self.parameters[f"{path}.{name}"] = parameter
        return module

    def optimizer(self, **options):
        return torch.optim.Adam(self.trained(), lr=self.rate, weight_decay=self.decay, **options)

    def stacked(self, path, x, draws):
        x = draws.dropout(f"{path}/dropout", self.lstms[f"{path}/LSTM"](x)[0], RATE)
        x = draws.dropout(f"{path}/dropout_2", self.lstms[f"{path}/LSTM_2"](x)[0], RATE)
        return self.lstms[f"{path}/LSTM_3"](x)[0][:, -1]

    def network(self, side, draws):
        of = lambda name: self.batch[f"{side}.{name}"]
        behaviour = torch.cat([self.stacked(f"{NET}/behaviour/{at}", of(name), draws) for name, at in SIGNALS.items()], 1)
        seen = self.lstms[f"{NET}/seen/LSTM"](of("face"))[0][:, -1]
        path = f"{NET}/joined/Fusion"
        parts = {"face": seen, "mel": of("mel"), "units": behaviour}
        view = {name: self.linear(f"{path}/view/{name}/Linear", x) for name, x in parts.items()}
        kept = crossed(self, f"{path}/kept/Crossed", {name: x[:, None] for name, x in view.items()}, self.layers, self.layers, 8, RATE, draws)
        h = torch.cat([kept[name][:, -1] for name in parts], 1)
        h = h + self.linear(f"{path}/Linear_2", F.relu(self.linear(f"{path}/Linear", h)))
        fused = draws.dropout(f"{path}/dropout", F.relu(self.linear(f"{path}/Linear_3", h)), RATE)
        hidden = draws.dropout(f"{NET}/dropout", F.relu(self.linear(f"{NET}/Linear", fused)), RATE)
        logits = self.linear(f"{NET}/Linear_2", hidden)
        return view, fused, logits, self.linear(f"{NET}/Linear_3", seen), self.linear(f"{NET}/Linear_4", of("mel"))

    def forward(self, given):
        draws = Draws(given)
        answer = self.batch["source.answer"]
        view, fused, logits, face, mel = self.network("source", draws)
        view_t, fused_t, logits_t, _, _ = self.network("target", draws)
        classify = sum(F.cross_entropy(each, answer) for each in (logits, face, mel))
        feature = mmd(view["face"], view_t["face"]) + mmd(view["mel"], view_t["mel"]) + mmd(fused, fused_t)
        decision = lmmd(fused, answer, fused_t, torch.softmax(logits_t, 1).detach())
        ramp = 2 / (1 + math.exp(-10 * self.controls["progress"])) - 1
        return classify + ramp * (feature + decision), {}
