"""SemanticMAC's step at the size of semantic-mac.mmx, from the reconstruction that examples/semantic-mac/model.mmx names line by line."""

import math

import torch
import torch.nn.functional as F

from papers.common import Draws, Twin as Base, heads_of, supcon

NAMES = ("text", "audio", "vision")
PAIRS = [(m, n) for m in NAMES for n in NAMES if m != n]
UNORDERED = [("text", "audio"), ("text", "vision"), ("audio", "vision")]
HEADS, DEPTH, RATE, TAU, EPOCHS = 4, 2, 0.1, 0.1, 30
SHARED_HEAD, INTRA, INTER = 0.5, 0.1, 0.1
NETWORK = "SemanticMAC/y/Network"


class Twin(Base):
    rate, decay, max_norm = 1e-3, 1e-2, 1.0

    def attention(self, path, q, kv, draws, rate=0.0, lengths=None):
        query, key, value = (
            heads_of(self.linear(f"{path}/{part}/Linear", x), HEADS) for part, x in (("queries", q), ("keys", kv), ("values", kv))
        )
        real = None if lengths is None else (torch.arange(kv.shape[1])[None, :] < lengths[:, None])[:, None, None, :]
        if draws.given is None:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=real, dropout_p=rate)
        else:
            scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
            if real is not None:
                scores = scores.masked_fill(~real, float("-inf"))
            mixed = draws.dropout(f"{path}/weights/dropout", torch.softmax(scores, -1), rate) @ value
        return self.linear(f"{path}/Linear", mixed.transpose(1, 2).flatten(2))

    def feed(self, path, x, draws):
        h = draws.dropout(f"{path}/dropout", F.gelu(self.linear(f"{path}/Linear", x)), RATE)
        return draws.dropout(f"{path}/dropout_2", self.linear(f"{path}/Linear_2", h), RATE)

    def perceive(self, name, draws):
        path = f"{NETWORK}/latents/{name}/Affective"
        x, lengths = self.batch[f"clip.{name}"], self.batch[f"clip#length.L.{name}"]
        x = self.linear(f"{path}/Linear", x) + self.parameters[f"{path}/Positions.table"][: x.shape[1]]
        h = self.parameters[f"{path}/Perceiver/start/PerceiverStart.query"].expand(len(x), -1, -1)
        for number in range(1, DEPTH + 1):
            cross = f"{path}/Perceiver/{number}/PerceiverBlock/CrossBlock"
            q, kv = self.norm(f"{cross}/h/LayerNorm", h), self.norm(f"{cross}/h/LayerNorm_2", x)
            read = self.attention(f"{cross}/h/Attention", q, kv, draws, RATE, lengths)
            h = h + draws.dropout(f"{cross}/h/dropout", read, RATE)
            h = h + self.feed(f"{cross}/Feed", self.norm(f"{cross}/LayerNorm", h), draws)
            block = f"{path}/Perceiver/{number}/PerceiverBlock/Block"
            q = self.norm(f"{block}/h/LayerNorm", h)
            h = h + draws.dropout(f"{block}/h/dropout", self.attention(f"{block}/h/Attention", q, q, draws, RATE), RATE)
            h = h + self.feed(f"{block}/Feed", self.norm(f"{block}/LayerNorm", h), draws)
        return self.norm(f"{path}/Perceiver/LayerNorm", h)

    def gated(self, m, n, latents, draws):
        path = f"{NETWORK}/told/{m}_{n}/Gated"
        told = self.attention(f"{path}/told/Attention", latents[m], latents[n], draws)
        return torch.sigmoid(self.linear(f"{path}/gate/Linear", torch.cat([latents[m], told], -1))) * told

    def lean(self, x, rows, label):
        """How much nearer to the positive than to the negative samples' centre."""

        def distance(where):
            centre = (rows * where[:, None]).sum(0) / where.sum().clamp(min=1)
            return torch.sqrt(((x - centre) ** 2).sum(1) + 1e-12)

        near, far = distance((label > 0).float()), distance((label < 0).float())
        return (far - near) / (near + 1e-8)

    def forward(self, given):
        draws = Draws(given)
        mood, self.index = self.batch["clip.mood"], self.batch["clip#index"]
        latents = {m: self.perceive(m, draws) for m in NAMES}
        told = {(m, n): self.gated(m, n, latents, draws) for m, n in PAIRS}
        own = {m: self.attention(f"{NETWORK}/specific/{m}/Attention", latents[m], latents[m], draws) for m in NAMES}
        specific = {m: (latents[m] + own[m]).mean(1) for m in NAMES}
        shared = {m: (latents[m] + sum(told[m, n] for n in NAMES if n != m)).mean(1) for m in NAMES}
        c = self.mlp(f"{NETWORK}/c", torch.cat([shared[m] for m in NAMES], 1), draws, RATE)
        guess = {m: self.mlp(f"{NETWORK}/own/{m}", specific[m], draws, RATE)[:, 0] for m in NAMES}
        common = self.mlp(f"{NETWORK}/common", c, draws, RATE)[:, 0]
        whole = self.mlp(f"{NETWORK}/whole", torch.cat([*(specific[m] for m in NAMES), c], 1), draws, RATE)
        task = F.l1_loss(self.linear(f"{NETWORK}/answer/Linear", whole)[:, 0], mood)

        bank = lambda name: self.banks[f"SemanticMAC/{name}"]
        epoch = math.floor(1 + EPOCHS * self.controls["progress"])
        pseudo = {m: mood if epoch < 2 else bank(f"label/{m}")[self.index, 0] for m in NAMES}
        unimodal = sum((torch.tanh((pseudo[m] - mood).abs()) * (guess[m] - pseudo[m]).abs()).mean() for m in NAMES)

        u = {m: F.normalize(shared[m], dim=1) for m in NAMES}
        v = {m: F.normalize(specific[m], dim=1) for m in NAMES}
        alike = {(m, n): (u[m] * u[n]).sum(1) / TAU for m, n in UNORDERED}
        apart = sum(torch.exp((u[m] * v[m]).sum(1) / TAU) for m in NAMES)
        apart = apart + sum(torch.exp((v[m] * v[n]).sum(1) / TAU) for m, n in UNORDERED)
        intra = sum((torch.log(torch.exp(each) + apart) - each).mean() for each in alike.values()) / 3

        degree = lambda y: torch.round(y.clamp(-3, 3))
        inter = supcon(c, degree(mood), TAU) + sum(supcon(specific[m], degree(pseudo[m]), TAU) for m in NAMES) / 3
        total = task + unimodal + SHARED_HEAD * F.l1_loss(common, mood) + INTRA * intra + INTER * inter
        with torch.no_grad():
            updates = self.moved(specific, whole, mood, pseudo, bank, epoch)
        return total, updates

    def moved(self, specific, whole, mood, pseudo, bank, epoch):
        """Self-MM's rule (ULGM): labels move by the modality's lean against the fusion's."""
        delta_all = self.lean(whole, bank("fused"), bank("degrees")[:, 0])
        updates = {"SemanticMAC/fused": whole.detach(), "SemanticMAC/degrees": mood[:, None]}
        for m in NAMES:
            delta = self.lean(specific[m], bank(f"seen/{m}"), bank(f"label/{m}")[:, 0])
            new = (0.5 * mood * delta / (delta_all + 1e-8) + 0.5 * (mood + delta - delta_all)).clamp(-3, 3)
            label = mood if epoch < 2 else (epoch - 1) / (epoch + 1) * pseudo[m] + 2 / (epoch + 1) * new
            updates[f"SemanticMAC/label/{m}"] = label[:, None]
            updates[f"SemanticMAC/seen/{m}"] = specific[m].detach()
        return updates
