"""Writes fixtures.json: weights after each step of torch.optim optimisers, in float64. Run: python3 fixtures.py (needs PyTorch)."""
import json
import math
import pathlib

import torch

STEPS = 6
SHAPES = {"a": [2, 3], "b": [3], "c": []}
RATES = [0.5, 1.0, 1.0, 0.8, 0.4, 0.1]

CASES = [
    {"optimizer": "sgd", "settings": {"lr": 0.1}},
    {"optimizer": "sgd", "settings": {"lr": 0.1, "momentum": 0.9, "decay": 0.02}},
    {"optimizer": "sgd", "settings": {"lr": 0.1, "momentum": 0.9, "nesterov": True}},
    {"optimizer": "adam", "settings": {}},
    {"optimizer": "adam", "settings": {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1}},
    {"optimizer": "adamw", "settings": {}},
    {"optimizer": "adamw", "settings": {"lr": 0.05, "decay": 0.3, "beta1": 0}},
    {"optimizer": "rmsprop", "settings": {}},
    {"optimizer": "rmsprop", "settings": {"lr": 0.03, "alpha": 0.9, "eps": 1e-4, "momentum": 0.7, "decay": 0.05}},
    {"optimizer": "adamw", "settings": {"lr": 0.05}, "clip": {"kind": "norm", "limit": 1.0}},
    {"optimizer": "sgd", "settings": {"lr": 0.05}, "clip": {"kind": "norm", "limit": 1000.0}},
    {"optimizer": "sgd", "settings": {"lr": 0.05}, "clip": {"kind": "value", "limit": 0.4}},
]


def wave(count, phase):
    """Values that look irregular and are the same everywhere."""
    return [math.sin(phase + 1.7 * at * at + at) for at in range(count)]


def optimizer(case, parameters):
    given = dict(case["settings"])
    renamed = {"decay": "weight_decay", "eps": "eps", "momentum": "momentum", "nesterov": "nesterov", "alpha": "alpha", "lr": "lr"}
    options = {renamed[name]: value for name, value in given.items() if name in renamed}
    if "beta1" in given or "beta2" in given:
        options["betas"] = (given.get("beta1", 0.9), given.get("beta2", 0.999))
    if case["optimizer"] == "sgd":
        options.setdefault("lr", 1e-3)
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}
    return kinds[case["optimizer"]](parameters, **options)


def trajectory(case):
    weights = {}
    for at, (name, shape) in enumerate(SHAPES.items()):
        values = torch.tensor(wave(math.prod(shape), at), dtype=torch.float64).reshape(shape)
        weights[name] = torch.nn.Parameter(values)
    stepper = optimizer(case, list(weights.values()))
    base = stepper.param_groups[0]["lr"]
    steps, norms = [], []
    for step in range(STEPS):
        for at, weight in enumerate(weights.values()):
            gradient = torch.tensor(wave(weight.numel(), 10 + 3 * step + at), dtype=torch.float64)
            weight.grad = gradient.reshape(weight.shape)
        clip = case.get("clip")
        norms.append(math.sqrt(sum(float((weight.grad**2).sum()) for weight in weights.values())))
        if clip is not None and clip["kind"] == "norm":
            torch.nn.utils.clip_grad_norm_(weights.values(), clip["limit"])
        elif clip is not None:
            torch.nn.utils.clip_grad_value_(weights.values(), clip["limit"])
        stepper.param_groups[0]["lr"] = base * RATES[step]
        stepper.step()
        steps.append({name: weight.detach().reshape(-1).tolist() for name, weight in weights.items()})
    return {**case, "norms": norms, "weights": steps}


if __name__ == "__main__":
    fixtures = {"torch": torch.__version__, "shapes": SHAPES, "rates": RATES, "cases": [trajectory(case) for case in CASES]}
    path = pathlib.Path(__file__).with_name("fixtures.json")
    path.write_text(json.dumps(fixtures, indent=1) + "\n")
