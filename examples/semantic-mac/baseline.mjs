// What conversations.mmx is compared with in the README: which emotions occur in a conversation of MELD, by a logistic regression for each on
// tf-idf of all its words, and by which emotions occur in most. Definitions as scikit-learn's TfidfVectorizer and LogisticRegression; the
// strength of the L2 penalty is the best of four on the dev part, and the test part is answered once, after fitting on train and dev.
// Usage: node examples/semantic-mac/baseline.mjs FOLDER, the folder holding meld/.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

const emotions = ["neutral", "joy", "surprise", "anger", "sadness", "disgust", "fear"];
const lines = parse(readFileSync(join(process.argv[2] ?? "../shared/data", "meld/meld.csv")), { columns: true });

const conversations = [];
for (const [at, { split, dialogue, text, emotion }] of lines.entries()) {
  const last = lines[at - 1];
  if (last?.split !== split || last.dialogue !== dialogue)
    conversations.push({ split, text: "", occurs: emotions.map(() => false) });
  const talk = conversations.at(-1);
  talk.text += ` ${text}`;
  talk.occurs[emotions.indexOf(emotion)] = true;
}

const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];

/** tf-idf rows of length 1 as [entry, value] pairs; ln((1 + n) / (1 + df)) + 1 from the fitted texts. */
function tfidf(fitted) {
  const documents = new Map();
  for (const { text } of fitted) for (const word of new Set(words(text))) documents.set(word, (documents.get(word) ?? 0) + 1);
  const known = [...documents.keys()];
  const places = new Map(known.map((word, place) => [word, place]));
  const idf = known.map((word) => Math.log((1 + fitted.length) / (1 + documents.get(word))) + 1);
  return {
    width: known.length,
    row: ({ text }) => {
      const counts = new Map();
      for (const word of words(text)) if (places.has(word)) counts.set(places.get(word), (counts.get(places.get(word)) ?? 0) + 1);
      const entries = [...counts].map(([place, count]) => [place, count * idf[place]]);
      const norm = Math.hypot(...entries.map(([, value]) => value)) || 1;
      return entries.map(([place, value]) => [place, value / norm]);
    },
  };
}

/** Weights [label][width + 1], the last the offset, that minimise C Σ loss + |w|² / 2 without the offset, by accelerated gradient descent. */
function regression(rows, truth, width, C) {
  const make = () => emotions.map(() => new Float64Array(width + 1));
  let [weights, ahead] = [make(), make()];
  const rate = 1 / (1 + 0.25 * C * largestEigenvalue(rows, width)); // the second derivative of the loss is 1/4 at most
  for (let step = 1; step <= 1500; step += 1) {
    const gradient = ahead.map((own) => own.map((value, at) => (at < width ? value : 0)));
    for (const [at, row] of rows.entries()) {
      for (const [label, score] of scoresOf(ahead, row, width).entries()) {
        const error = C * (1 / (1 + Math.exp(-score)) - (truth[at][label] ? 1 : 0));
        for (const [place, value] of row) gradient[label][place] += error * value;
        gradient[label][width] += error;
      }
    }
    const next = ahead.map((own, label) => own.map((value, at) => value - rate * gradient[label][at]));
    const momentum = (step - 1) / (step + 2);
    ahead = next.map((own, label) => own.map((value, at) => value + momentum * (value - weights[label][at])));
    weights = next;
  }
  return weights;
}

const scoresOf = (weights, row, width) =>
  weights.map((own) => row.reduce((sum, [at, value]) => sum + own[at] * value, own[width]));

/** Of XᵀX with a column of ones, by the power method. */
function largestEigenvalue(rows, width) {
  let vector = new Float64Array(width + 1).fill(1 / Math.sqrt(width + 1));
  let length = 0;
  for (let step = 0; step < 30; step += 1) {
    const next = new Float64Array(width + 1);
    for (const row of rows) {
      const [product] = scoresOf([vector], row, width);
      for (const [at, value] of row) next[at] += product * value;
      next[width] += product;
    }
    length = Math.hypot(...next);
    vector = next.map((value) => value / length);
  }
  return length;
}

/** Share of samples with every label right, and the labels' F1, weighted by how often they occur. */
function measured(answers, truth) {
  const right = answers.filter((answer, at) => answer.every((value, label) => value === truth[at][label])).length / truth.length;
  const f1 = emotions.map((_, label) => {
    const [said, so] = [answers, truth].map((rows) => rows.filter((row) => row[label]).length);
    const both = answers.filter((row, at) => row[label] && truth[at][label]).length;
    return { so, f1: said + so === 0 ? 0 : (2 * both) / (said + so) };
  });
  const support = f1.reduce((sum, { so }) => sum + so, 0);
  return [right, f1.reduce((sum, each) => sum + each.f1 * each.so, 0) / support];
}

const part = (...names) => conversations.filter(({ split }) => names.includes(split));
const truthOf = (samples) => samples.map(({ occurs }) => occurs);

/** The answers to some conversations after fitting on others. */
function answered(tested, fitted, C) {
  const { width, row } = tfidf(fitted);
  const weights = regression(fitted.map(row), truthOf(fitted), width, C);
  return tested.map((sample) => scoresOf(weights, row(sample), width).map((score) => score > 0));
}

const onDev = [1, 3, 10, 30].map((C) => ({ C, f1: measured(answered(part("dev"), part("train"), C), truthOf(part("dev")))[1] }));
const { C } = onDev.reduce((best, each) => (each.f1 > best.f1 ? each : best));
const [fitted, tested] = [part("train", "dev"), part("test")];
const commonest = emotions.map((_, label) => fitted.filter(({ occurs }) => occurs[label]).length > fitted.length / 2);
console.log("| | accuracy | F1 |\n| --- | --- | --- |");
for (const [name, answers] of [
  [`tf-idf of the words, C = ${C}`, answered(tested, fitted, C)],
  ["the emotions that occur in most conversations", tested.map(() => commonest)],
]) {
  const cells = measured(answers, truthOf(tested)).map((value) => (100 * value).toFixed(1));
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
