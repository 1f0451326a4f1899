"""Why this example has no validation fold: five-fold cross-validation over the training videos of CMU-MOSI, numpy only.

Ridge regression of the label on each modality's features, speakers kept apart. Usage: python3 cross_validate.py FOLDER, the folder
holding mosi_utterance.npz and utterances.csv (rows in the same order). The test fold is never read.
"""

import csv
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
data = np.load(folder / "mosi_utterance.npz")
with open(folder / "utterances.csv", newline="") as file:
    video = np.array([row["video"] for row in csv.DictReader(file)])
train = data["fold_bclstm"] == 0
label, video = data["label"][train].astype(float), video[train]
names = sorted(set(video))
part = np.array([names.index(name) % 5 for name in video])

for modality in ("text", "audio", "video"):
    features = data[modality][train].astype(float)
    guess = np.zeros(len(label))
    for held in range(5):
        seen = part != held
        mean, deviation = features[seen].mean(0), features[seen].std(0)
        x = np.clip((features - mean) / np.where(deviation == 0, 1, deviation), -5, 5)
        weights = np.linalg.solve(x[seen].T @ x[seen] + 100 * np.eye(x.shape[1]), x[seen].T @ (label[seen] - label[seen].mean()))
        guess[~seen] = x[~seen] @ weights + label[seen].mean()
    accuracy = np.mean((guess >= 0) == (label >= 0))
    print(f"{modality}: acc2 {accuracy:.1%}, MAE {np.abs(guess - label).mean():.3f}, correlation {np.corrcoef(guess, label)[0, 1]:.3f}")
