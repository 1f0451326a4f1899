"""MMCL's step, from the reconstruction that examples/mmcl/mmcl.mmx names line by line."""

import torch
import torch.nn.functional as F

from papers.common import Draws, Twin as Base, info_nce, supcon

NAMES, NOISY = ("text", "audio", "video"), ("audio", "video")
DROPOUT, CUTOFF, NOISE, TEMPERATURE, WEIGHT = 0.3, 0.2, 0.1, 0.1, 0.1


class Twin(Base):
    rate, decay, max_norm = 1e-3, 1e-2, 1.0

    def code(self, name, x, draws):
        path = f"MMCL/y/Network/code/{name}/Coder"
        h = self.norm(f"{path}/LayerNorm", self.linear(f"{path}/Linear", x.clamp(-5, 5)))
        return draws.dropout(f"{path}/dropout", F.gelu(h), DROPOUT)

    def view(self, which, name, draws):
        x = self.batch[f"clip.{name}"]
        kept = x * (draws.uniform(f"MMCL/y/Network/{which}/{name}/augment", x) >= CUTOFF)
        noisy = kept + NOISE * draws.normal(f"MMCL/y/Network/{which}/{name}/augment", x)
        return self.mlp(f"MMCL/y/Network/project/{name}", self.code(name, noisy, draws), draws)

    def forward(self, given):
        draws = Draws(given)
        mood = self.batch["clip.mood"]
        h = {name: self.code(name, self.batch[f"clip.{name}"], draws) for name in NAMES}
        one = {name: self.view("one", name, draws) for name in NOISY}
        two = {name: self.view("two", name, draws) for name in NOISY}
        coding = sum(info_nce(one[name], two[name], TEMPERATURE) for name in NOISY)
        av = self.mlp("MMCL/y/Network/av", torch.cat([h["audio"], h["video"]], 1), draws, DROPOUT)
        to_text, to_av = self.mlp("MMCL/y/Network/to_text", av, draws), self.mlp("MMCL/y/Network/to_av", h["text"], draws)
        instance = info_nce(to_text, h["text"].detach(), TEMPERATURE) + info_nce(to_av, av.detach(), TEMPERATURE)
        kind = torch.sign(mood)
        sentiment = supcon(to_text, kind, TEMPERATURE) + supcon(to_av, kind, TEMPERATURE)
        score = self.mlp("MMCL/y/Network/score", torch.cat([h["text"], to_text, av, to_av], 1), draws, DROPOUT)[:, 0]
        return F.l1_loss(score, mood) + WEIGHT * (coding + instance + sentiment), {}
