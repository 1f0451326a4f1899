// docs/std.md, from the doc comments and signatures of the standard library.
import { standardLibrary } from "../../src/compiler/std/sources.ts";
import { fenced, generatedBy, page, table } from "./markdown.ts";
import { type LibraryEntry, libraryEntries } from "./std-entries.ts";

export function stdPage(): string {
  const libraries = Object.entries(standardLibrary).map(([name, text]) => ({ name, entries: libraryEntries(name, text) }));
  return page(
    generatedBy("scripts/docs/std-page.ts"),
    "# The standard library",
    "Written in mmx itself: `src/compiler/std/*.mmx`. `std.core` is always there; the others are named in `use`. Masks over ragged " +
      "dimensions and absent samples are the language's doing, so every function below counts real entries only.",
    "Every entry has its signature, the shapes it takes and gives, its equation, its source and an example. All examples are checked, and " +
      "every entry is tested against plain loops over samples that were never padded.",
    notation,
    table(
      ["library", "entries"],
      libraries.map(({ name, entries }) => [
        `[\`${name}\`](#${anchorOf(name)})`,
        entries.map((entry) => `[\`${entry.name}\`](#${anchorOf(entry.name)})`).join(" "),
      ]),
    ),
    ...libraries.flatMap(({ name, entries }) => [`## ${name}`, ...entries.map(section)]),
  );
}

const notation = [
  "In the equations",
  "",
  "* x W is a row times a matrix, along the last axis; W, V, U, b, c, w are weights unless said otherwise; a layer named in an " +
    "equation (`LayerNorm`, `Block`, …) has weights of its own at each place;",
  "* ∘ is the product entry by entry, ⊗ the outer product, flattened; u · v is the dot product over the last axis, [a; b] joins two " +
    "along it;",
  "* |x| is the absolute value of a number, the Euclidean length of a vector, the Frobenius norm of a matrix; x̂ = x / sqrt(|x|² + 1e-12);",
  "* σ(x) = 1 / (1 + exp(-x)); [condition] is 1 where the condition holds, else 0; log is the natural logarithm;",
  "* sums, means and softmaxes run over real entries only: not over padding, not over absent samples; n counts those that are summed; a " +
    "mean over nothing is 0.",
].join("\n");

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(".", "");

function section({ name, signature, description, parts }: LibraryEntry): string {
  return [
    `### ${name}`,
    fenced(signature, "mmx"),
    description,
    `**Shapes:** \`${parts.Shapes}\``,
    "**Equation:**",
    fenced(parts.Equation, "text"),
    `**Source:** ${linked(parts.Source)}`,
    "**Example:**",
    fenced(parts.Example, "mmx"),
  ].join("\n\n");
}

/** The text with its arXiv numbers and PyTorch names leading to what they name. */
function linked(source: string): string {
  return source
    .replace(/arXiv (\d{4}\.\d{4,5})/g, "[arXiv $1](https://arxiv.org/abs/$1)")
    .replace(/PyTorch's (nn\.\w+)/g, "PyTorch's [$1](https://docs.pytorch.org/docs/stable/generated/torch.$1.html)");
}
