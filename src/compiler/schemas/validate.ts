// Reads JSON that someone else may have written: every JSON file passes here, and what is wrong with it is said with
// line and column. ajv is loaded on first use, so that `mmx check` does not pay for it.
import type { ErrorObject, ValidateFunction } from "ajv";
import { positionAt } from "../source/span.ts";
import { jsonPositions } from "./json-position.ts";

export type JsonSchema = { readonly [key: string]: unknown };

/** A JSON text that is no JSON, or not of its schema. The message names file, line and column of each problem. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  constructor(
    readonly file: string,
    readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[],
  ) {
    super(problems.map((problem) => `${file}:${problem.line}:${problem.column}: ${problem.message}`).join("\n"));
  }
}

const validators = new WeakMap<JsonSchema, ValidateFunction>();

async function validatorOf(schema: JsonSchema): Promise<ValidateFunction> {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // The default export: the one name that Node and the bundle agree on.
  const { default: Ajv } = await import("ajv");
  const made = new Ajv({
    allErrors: true,
    discriminator: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
  }).compile(schema);
  validators.set(schema, made);
  return made;
}

/**
 * The value of a JSON text, checked against a schema. `Value` is the type the schema describes. Raises `JsonError` with
 * at most three problems; `firstLine` is the text's line in its file (JSON Lines).
 */
export async function parseJson<Value>(schema: JsonSchema, text: string, file: string, firstLine = 1): Promise<Value> {
  const fail = (places: readonly { readonly offset: number; readonly message: string }[]): never => {
    const problems = places.slice(0, 3).map(({ offset, message }) => {
      const position = positionAt(text, offset);
      return { line: position.line + firstLine - 1, column: position.column, message };
    });
    throw new JsonError(file, problems);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    const error = jsonPositions(text).error;
    if (error === undefined) throw problem;
    return fail([error]);
  }
  const validate = await validatorOf(schema);
  if (validate(value)) return value as Value;
  const { offsets } = jsonPositions(text);
  return fail(
    meaningful(validate.errors ?? []).map((error) => ({
      offset: offsets.get(pointerOf(error)) ?? offsets.get(error.instancePath) ?? 0,
      message: messageOf(error),
    })),
  );
}

/** ajv also reports the branches and conditions around an error; the innermost says it all. */
function meaningful(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const inner = errors.filter((error) => !["anyOf", "oneOf", "if"].includes(error.keyword));
  return inner.length > 0 ? inner : errors;
}

/** An unknown member is pointed at itself, not at the object around it. */
function pointerOf(error: ErrorObject): string {
  if (error.keyword !== "additionalProperties") return error.instancePath;
  const name = String(error.params.additionalProperty);
  return `${error.instancePath}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function messageOf(error: ErrorObject): string {
  const place = error.instancePath === "" ? "the value" : error.instancePath.slice(1).replaceAll("/", ".");
  switch (error.keyword) {
    case "additionalProperties":
      return `“${String(error.params.additionalProperty)}” is not known here`;
    case "required":
      return `${place} lacks “${String(error.params.missingProperty)}”`;
    case "enum":
      return `${place} must be one of ${(error.params.allowedValues as readonly unknown[]).map(String).join(", ")}`;
    case "const":
      return `${place} must be ${JSON.stringify(error.params.allowedValue)}`;
    case "type":
      return `${place} must be ${[error.params.type].flat().map(String).join(" or ")}`;
    default:
      return `${place} ${error.message ?? `breaks the rule ${error.keyword}`}`;
  }
}
