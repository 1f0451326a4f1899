// What a linear model makes of the folds that deception.mmx is tested on: node examples/mmpda/linear.mjs FOLDER, FOLDER being what
// prepare.mjs wrote. Logistic regression (C = 0.01, as the data's own baselines) from the sound's functionals and every signal's mean
// over the clip; a missing field counts as its mean. Standardised on the three sources, or each domain by itself as the spec does; folds by
// speaker, or at random. Prints accuracy and AUC of the pooled predictions as a table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArrays, refuse } from "../npz.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) refuse("usage: node examples/mmpda/linear.mjs FOLDER");
const fields = ["audio", "units", "gaze", "pose"];

/** A row of features and an answer for each clip of a domain. */
function read(path) {
  const arrays = readArrays(readFileSync(path), [...fields, "answer"]);
  const answers = [...arrays.answer.values];
  const rows = answers.map(() => []);
  for (const name of fields) {
    const { shape, values } = arrays[name];
    const [width, steps] = [shape.at(-1), shape.length === 3 ? shape[1] : 1];
    for (const [at, row] of rows.entries()) {
      for (let feature = 0; feature < width; feature += 1) {
        let sum = 0;
        for (let step = 0; step < steps; step += 1) sum += values[(at * steps + step) * width + feature];
        row.push(sum / steps);
      }
    }
  }
  return { rows, answers };
}

/** Rows scaled by the mean and deviation of what `fitted` has of each feature. */
function standardised(rows, fitted) {
  const scales = rows[0].map((_, feature) => {
    const there = fitted.map((row) => row[feature]).filter((value) => !Number.isNaN(value));
    const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
    const varies = there.some((value) => value !== there[0]);
    const deviation = Math.sqrt(there.reduce((sum, value) => sum + (value - mean) ** 2, 0) / there.length);
    return { mean, scale: varies ? 1 / deviation : 0 };
  });
  return rows.map((row) =>
    row.map((value, feature) => (Number.isNaN(value) ? 0 : (value - scales[feature].mean) * scales[feature].scale)),
  );
}

const dot = (a, b) => a.reduce((sum, value, at) => sum + value * b[at], 0);
const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));

/** The solution of a square system, by elimination with the largest pivot. */
function solved(matrix, right) {
  const rows = matrix.map((row, at) => [...row, right[at]]);
  for (let column = 0; column < rows.length; column += 1) {
    const sizes = rows.slice(column).map((row) => Math.abs(row[column]));
    const pivot = column + sizes.indexOf(Math.max(...sizes));
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    const top = rows[column];
    for (const row of rows.slice(column + 1)) {
      const factor = row[column] / top[column];
      for (let at = column; at < top.length; at += 1) row[at] -= factor * top[at];
    }
  }
  const result = rows.map(() => 0);
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const known = rows[at].slice(at + 1, -1).reduce((sum, value, next) => sum + value * result[at + 1 + next], 0);
    result[at] = (rows[at].at(-1) - known) / rows[at][at];
  }
  return result;
}

/**
 * Log odds of a lie for `asked`, minimising C Σ log loss + |w|² / 2 by Newton's method. The weights are a sum of the training rows, so
 * they are found as one number a row; the constant is not penalised.
 */
function logistic(rows, answers, asked, strength = 0.01) {
  const inner = rows.map((row) => rows.map((other) => dot(row, other)));
  let [parts, constant, moved] = [rows.map(() => 0), 0, 1];
  for (let turn = 0; moved > 1e-9; turn += 1) {
    if (turn > 100) throw new Error("the logistic regression does not converge");
    const odds = inner.map((row) => dot(row, parts) + constant);
    const weights = odds.map((value) => sigmoid(value) * (1 - sigmoid(value)));
    const matrix = inner.map((row, at) => [
      ...row.map((value, other) => value + (at === other ? 1 / (strength * weights[at]) : 0)),
      1,
    ]);
    const right = odds.map((value, at) => value + (answers[at] - sigmoid(value)) / weights[at]);
    const next = solved([...matrix, [...rows.map(() => 1), 0]], [...right, 0]);
    moved = Math.max(...parts.map((part, at) => Math.abs(part - next[at])));
    [parts, constant] = [next.slice(0, -1), next.at(-1)];
  }
  return asked.map((row) => rows.reduce((sum, other, at) => sum + parts[at] * dot(row, other), constant));
}

/** Share of right decisions in per cent, and the share of pairs of a lie and a truth in which the lie has the larger odds. */
function scores(odds, answers) {
  const right = odds.filter((value, at) => value > 0 === (answers[at] === 1)).length;
  const [lies, truths] = [1, 0].map((answer) => odds.filter((_, at) => answers[at] === answer));
  const above = lies.flatMap((lie) => truths.map((other) => (lie > other ? 1 : lie === other ? 0.5 : 0)));
  return `${((100 * right) / odds.length).toFixed(1)} / ${(above.reduce((sum, one) => sum + one, 0) / above.length).toFixed(3)}`;
}

function pooled(folds, own) {
  const parts = Array.from({ length: 10 }, (_, target) => {
    const [film, ...sources] = ["film", "first", "second", "third"].map((name) =>
      read(join(folder, folds, String(target), `${name}.npz`)),
    );
    const all = sources.flatMap(({ rows }) => rows);
    const training = own ? sources.flatMap(({ rows }) => standardised(rows, rows)) : standardised(all, all);
    const asked = standardised(film.rows, own ? film.rows : all);
    return {
      odds: logistic(
        training,
        sources.flatMap(({ answers }) => answers),
        asked,
      ),
      answers: film.answers,
    };
  });
  return scores(
    parts.flatMap(({ odds }) => odds),
    parts.flatMap(({ answers }) => answers),
  );
}

console.log(`Accuracy / AUC of a logistic regression, all clips pooled:

| standardised | folds by speaker | folds at random |
| --- | --: | --: |
| on the sources | ${pooled("speaker", false)} | ${pooled("random", false)} |
| each domain by itself | ${pooled("speaker", true)} | ${pooled("random", true)} |`);
