"""What the papers' steps in PyTorch share: weights and batch from the file that the bench wrote, and random numbers.

Weights go by the spec's names, so that both sides start from the same ones. The first steps take their random numbers (dropout, noise)
from the file too, so that losses can be compared; later ones draw their own.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Draws:
    """Random numbers of one step: the given ones in order by the module's path, else PyTorch's own."""

    def __init__(self, given):
        self.given = given
        self.used = {}

    def _next(self, kind, path):
        name = f"{kind} {path}"
        at = self.used.get(name, 0)
        self.used[name] = at + 1
        return self.given[name][at]

    def uniform(self, path, like):
        return torch.rand_like(like) if self.given is None else self._next("uniform", path)

    def normal(self, path, like):
        return torch.randn_like(like) if self.given is None else self._next("normal", path)

    def scalar(self, path):
        return torch.rand(()) if self.given is None else self._next("uniform", path)

    def dropout(self, path, x, rate):
        if rate == 0:
            return x
        if self.given is None:
            return F.dropout(x, rate)
        return x * (self._next("uniform", path) < 1 - rate) / (1 - rate)


class Twin:
    """A paper's step: subclasses give `forward(batch, draws)`, which returns (total, what `after` takes)."""

    rate, decay, max_norm, max_value = 1e-3, 1e-2, None, None

    def __init__(self, header, tensors):
        self.controls = header["controls"]
        self.set = header["set"]
        self.batch, self.banks, steps = {}, {}, {}
        self.weights = {}
        for role, name, value in tensors:
            tensor = torch.from_numpy(value)
            if role == "weight":
                self.weights[name] = tensor
            elif role == "bank":
                self.banks[name] = tensor
            elif role == "input":
                self.batch[name] = tensor.long() if tensor.dtype == torch.int32 else tensor
            else:
                step, kind, path = name.split(" ", 2)
                steps.setdefault(int(step), {}).setdefault(f"{kind} {path}", []).append(tensor)
        self.given = [steps.get(step, {}) for step in range(max(steps, default=-1) + 1)]
        if not steps:  # nothing is random
            self.given = []
        self.parameters = {}
        self.taken = 0
        self.prepare()

    def prepare(self):
        """Takes every weight as it is; layers in PyTorch's own layout are made by subclasses first."""
        for name, value in self.weights.items():
            self.parameters.setdefault(name, nn.Parameter(value))

    def own(self, name, value):
        """A parameter in another layout in the place of a weight of the spec."""
        self.parameters[name] = nn.Parameter(value.contiguous())

    def drawn(self):
        """The random numbers of the next step, None once there are no given ones left."""
        step = self.taken
        self.taken += 1
        return self.given[step] if step < len(self.given) else None

    def forward(self, draws):
        raise NotImplementedError

    def after(self, updates):
        """Banks take their new rows once the step is done."""
        with torch.no_grad():
            for name, value in updates.items():
                self.banks[name][self.index] = value

    def optimizer(self, **options):
        return torch.optim.AdamW(self.trained(), lr=self.rate, weight_decay=self.decay, **options)

    def trained(self):
        return [parameter for parameter in self.parameters.values() if parameter.requires_grad]

    def clip(self):
        if self.max_norm is not None:
            nn.utils.clip_grad_norm_(self.trained(), self.max_norm)
        if self.max_value is not None:
            nn.utils.clip_grad_value_(self.trained(), self.max_value)

    def linear(self, path, x):
        return F.linear(x, self.parameters[f"{path}.weight"].t(), self.parameters.get(f"{path}.offset"))

    def norm(self, path, x):
        return F.layer_norm(x, x.shape[-1:], self.parameters[f"{path}.gain"], self.parameters[f"{path}.offset"], 1e-5)

    def mlp(self, path, x, draws, rate=0.0, depth=1):
        """Linear, GELU, dropout; a last Linear."""
        hidden = f"{path}/MLP/Hidden"
        h = draws.dropout(f"{hidden}/dropout", F.gelu(self.linear(f"{hidden}/Linear", x)), rate)
        for layer in range(1, depth):
            deep = f"{path}/MLP/{layer}/Hidden"
            h = draws.dropout(f"{deep}/dropout", F.gelu(self.linear(f"{deep}/Linear", h)), rate)
        return self.linear(f"{path}/MLP/Linear", h)


def heads_of(x, heads):
    """[B, T, D] -> [B, heads, T, D / heads]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def info_nce(a, b, temperature):
    """Symmetric InfoNCE within the batch over cosine similarities."""
    scores = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / temperature
    own = torch.arange(len(a))
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def supcon(z, kinds, temperature):
    """Khosla et al. 2020, L_out: samples without a mate are left out."""
    z = F.normalize(z, dim=1)
    scores = z @ z.T / temperature
    itself = torch.eye(len(z), dtype=torch.bool)
    logs = scores - torch.logsumexp(scores.masked_fill(itself, float("-inf")), dim=1, keepdim=True)
    mates = (kinds[:, None] == kinds[None, :]) & ~itself
    many = mates.sum(1)
    rows = -(logs * mates).sum(1) / many.clamp(min=1)
    return (rows * (many > 0)).sum() / (many > 0).sum().clamp(min=1)
