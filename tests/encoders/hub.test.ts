// A model that a spec names is fetched from a hub once: here from a server of this process, which speaks as hubs do.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import type { EncodingSchema } from "../../src/compiler/compiled.ts";
import { fetchModel } from "../../src/runtime/data/encoders/hub.ts";
import { readModel } from "../../src/runtime/data/encoders/model-files.ts";
import { temporaryFolder } from "../data/schemas.ts";

const models = fileURLToPath(new URL("models", import.meta.url));
const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
const span = { file: "clips.mmx", start: 0, end: 1 };

const encoding = (model: string, rest: Partial<EncodingSchema> = {}): EncodingSchema => ({
  column: "words",
  model,
  modality: undefined,
  pool: "mean",
  length: undefined,
  weights: undefined,
  checksum: undefined,
  span,
  ...rest,
});

/** A hub with one model, `some/text`; `tag` is the checksum that it promises for the weights. Gives the paths that were asked for. */
async function hub(tag: string): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = createServer(async ({ url = "" }, answer) => {
    asked.push(url);
    const file = files.find((name) => url === `/some/text/resolve/abc/${name}`);
    if (url === "/api/models/some/text") {
      const siblings = [...files, "README.md", "onnx/model_quantized.onnx"].map((rfilename) => ({ rfilename }));
      answer.end(JSON.stringify({ sha: "abc", siblings }));
    } else if (file === undefined) answer.writeHead(404).end();
    else {
      if (file.endsWith(".onnx")) answer.setHeader("x-linked-etag", `"${tag}"`);
      answer.end(await readFile(join(models, "text", file)));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const folder = await temporaryFolder();
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv("MMX_MODELS", folder);
  vi.stubEnv("MMX_OFFLINE", "");
  vi.stubEnv("HF_HUB_OFFLINE", "");
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.close();
  });
  return asked;
}

const weights = createHash("sha256")
  .update(await readFile(join(models, "text", "onnx", "model.onnx")))
  .digest("hex");

test("what the model needs is fetched, at the revision that the hub names, and nothing else", async () => {
  const asked = await hub(weights);
  const folder = await fetchModel(encoding("some/text"), () => undefined);
  expect([...asked].sort()).toEqual(["/api/models/some/text", ...files.map((name) => `/some/text/resolve/abc/${name}`)].sort());
  const here = await readModel(join(models, "text"), encoding("text"));
  expect((await readModel(folder, encoding("some/text"))).checksum).toBe(here.checksum);
});

test("weights with another checksum than promised are refused, and no model is left behind", async () => {
  await hub("0".repeat(64));
  await expect(fetchModel(encoding("some/text"), () => undefined)).rejects.toThrow("came with another checksum than promised");
  expect(existsSync(join(process.env.MMX_MODELS ?? "", "some", "text"))).toBe(false);
});

test("a model that the hub has not, or weights that the model has not, is said so", async () => {
  await hub(weights);
  await expect(fetchModel(encoding("some/other"), () => undefined)).rejects.toThrow("answers 404");
  const half = encoding("some/text", { weights: "f16" });
  await expect(fetchModel(half, () => undefined)).rejects.toThrow("has no onnx/model_fp16.onnx");
});

test("a hub that cannot be reached is said so, with where to put the model", async () => {
  await hub(weights);
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  await expect(fetchModel(encoding("some/text"), () => undefined)).rejects.toThrow(
    /cannot be reached: .*Put the model's folder at/,
  );
});
