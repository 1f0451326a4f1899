"""Data to choose hyper-parameters on, made from the training videos of CMU-MOSI alone.

MOSI's text and video features are outputs of networks that were fitted to the labels of the training fold, so no part of that fold
can serve as validation data. This script makes that situation anew one level down: it cuts the 62 training videos into five
parts, and for each part fits a text network (Kim 2014: convolutions over word vectors) to the transcripts of the other four. Its
100 outputs are features that are as overfitted on those four as the real ones are on all five, and honest on the part left
out. Video has no source to fit a network to; it is replaced by the hidden layer of a network fitted to noise, which is about what the
real one is worth on other speakers. Audio and the transcripts are themselves. The test fold is never read.

Usage: python3 replica.py MOSI WORDVEC OUT; writes OUT/replica-0.npz to replica-4.npz in the form of data/conversations.npz, with
fold 0 for the four parts and 2, a test, for the one left out. Needs PyTorch and NumPy.
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

mosi, wordvec, out = (Path(argument) for argument in sys.argv[1:4])
PARTS, WIDTH, WORDS = 5, 100, 60
torch.manual_seed(20221207)
torch.set_num_threads(1)


class TextNetwork(nn.Module):
    """Word vectors -> convolutions of 2, 3 and 4 words -> maximum over the utterance -> 100 features -> two classes."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.ModuleList(nn.Conv1d(WIDTH, 50, size, padding=size // 2) for size in (2, 3, 4))
        self.features, self.classes = nn.Linear(150, WIDTH), nn.Linear(WIDTH, 2)

    def encode(self, x):
        pooled = [F.relu(layer(x)).amax(2) for layer in self.convolve]
        return torch.relu(self.features(F.dropout(torch.cat(pooled, 1), 0.5, self.training)))

    def forward(self, x):
        return self.classes(self.encode(x))


class NoiseNetwork(nn.Module):
    """A hidden layer of 100 over noise, its output the feature."""

    def __init__(self):
        super().__init__()
        self.features, self.classes = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2)

    def encode(self, x):
        return torch.relu(self.features(x))

    def forward(self, x):
        return self.classes(self.encode(x))


def fitted(network, x, y, until):
    """Fits until a share `until` of the rows is right; the features of all rows, and the epochs it took."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for epoch in range(1, 201):
        network.train()
        for rows in torch.randperm(len(y)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(network(x[rows]), y[rows]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            if (network(x).argmax(1) == y).float().mean() >= until:
                return epoch
    raise SystemExit("the network does not fit")


def tokens(text):
    return re.findall(r"[a-z]+", text.lower().replace("n't", " not"))


with open(mosi / "utterances.csv", newline="") as file:
    rows = list(csv.DictReader(file))
keep = np.array([row["fold_bclstm"] == "train" for row in rows])
rows = [row for row in rows if row["fold_bclstm"] == "train"]
archive = np.load(mosi / "mosi_utterance.npz")
audio, label = archive["audio"][keep], archive["label"][keep]
place = {word: index for index, word in enumerate((wordvec / "words.txt").read_text().split("\n")[:24000])}
vectors = np.fromfile(wordvec / "glove100.f16", dtype="<f2").reshape(-1, WIDTH).astype(np.float32)

words = np.zeros((len(rows), WIDTH, WORDS), np.float32)
for index, row in enumerate(rows):
    known = [place[word] for word in tokens(row["text"]) if word in place][:WORDS]
    words[index, :, : len(known)] = vectors[known].T
words, positive = torch.from_numpy(words), torch.from_numpy((label >= 0).astype(np.int64))

films = sorted({row["video"] for row in rows})
film = np.array([films.index(row["video"]) for row in rows])
lengths = np.bincount(film)
out.mkdir(parents=True, exist_ok=True)

for part in range(PARTS):
    held = film % PARTS == part
    seen = torch.from_numpy(~held)
    said, shown = TextNetwork(), NoiseNetwork()
    noise = torch.randn(len(rows), WIDTH)
    epochs = fitted(said, words[seen], positive[seen], 0.98), fitted(shown, noise[seen], positive[seen], 0.91)
    with torch.no_grad():
        right = {name: (guess.argmax(1) == positive).numpy() for name, guess in (("text", said(words)), ("video", shown(noise)))}
        features = {"text": said.encode(words).numpy(), "audio": audio, "video": shown.encode(noise).numpy(), "label": label}
    padded = {}
    for name, values in features.items():
        padded[name] = np.zeros((len(films), lengths.max(), *values.shape[1:]), np.float32)
        for index in range(len(films)):
            padded[name][index, : lengths[index]] = values[film == index]
    fold = np.where(np.arange(len(films)) % PARTS == part, 2, 0).astype(np.uint8)
    padded["said"] = np.array([row["text"] for row in rows])
    padded["said_offsets"] = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    np.savez_compressed(out / f"replica-{part}.npz", film=np.array(films), U_length=lengths.astype(np.int32), fold=fold, **padded)
    print(part, f"epochs {epochs}", *(f"{name}: {r[~held].mean():.1%} seen, {r[held].mean():.1%} held out" for name, r in right.items()))
