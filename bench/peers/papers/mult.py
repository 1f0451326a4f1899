"""MulT's transformers as CyIN's and MMPDA's code has them: pre-norm, a rectified feed-forward part, a mask on the future."""

import torch
import torch.nn.functional as F

from papers.common import heads_of


def attention(twin, path, q, kv, heads, rate, draws):
    query, key, value = (
        heads_of(twin.linear(f"{path}/{part}/Linear", x), heads) for part, x in (("queries", q), ("keys", kv), ("values", kv))
    )
    if draws.given is None:
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, dropout_p=rate)
    else:
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        weights = torch.softmax(scores.masked_fill(future, float("-inf")), -1)
        mixed = draws.dropout(f"{path}/weights/dropout", weights, rate) @ value
    return twin.linear(f"{path}/Linear", mixed.transpose(1, 2).flatten(2))


def layer(twin, path, x, source, heads, rate, draws):
    y = twin.norm(f"{path}/norm/LayerNorm", x)
    kv = y if source is None else twin.norm(f"{path}/norm/LayerNorm", source)
    h = x + draws.dropout(f"{path}/h/dropout", attention(twin, f"{path}/h/FutureAttention", y, kv, heads, rate, draws), rate)
    y = F.relu(twin.linear(f"{path}/Linear", twin.norm(f"{path}/LayerNorm", h)))
    y = draws.dropout(f"{path}/dropout", y, rate)
    return h + draws.dropout(f"{path}/dropout_2", twin.linear(f"{path}/Linear_2", y), rate)


def crossed(twin, path, parts, depth, memory, heads, rate, draws):
    """Every part reads the others; what it read goes through self-attention."""
    kept = {}
    seen = {}
    for target in parts:
        reads = []
        for source in parts:
            if source == target:
                continue
            at = f"{path}/seen/{target}/{source}"
            x = parts[target]
            for number in range(1, depth + 1):
                x = layer(twin, f"{at}/{number}/Layer", x, parts[source], heads, rate, draws)
            reads.append(twin.norm(f"{at}/LayerNorm", x))
        seen[target] = torch.cat(reads, -1)
    for target in parts:
        at = f"{path}/kept/{target}"
        x = seen[target]
        for number in range(1, memory + 1):
            x = layer(twin, f"{at}/{number}/Layer", x, None, heads, rate, draws)
        kept[target] = twin.norm(f"{at}/LayerNorm", x)
    return kept
