"""E3RG trains nothing; this is the step of the emotion classifier in bench/models/e3rg-classifier.mmx."""

import torch.nn.functional as F

from papers.common import Draws, Twin as Base


class Twin(Base):
    rate, decay, max_norm = 1e-3, 1e-2, 1.0

    def forward(self, given):
        h = F.gelu(self.mlp("Classifier/logits", self.batch["turn.text"], Draws(given), 0.1, depth=2))
        return F.cross_entropy(self.linear("Classifier/logits/Linear", h), self.batch["turn.emotion"]), {}
