// A page in a headless Chromium: runs a script and waits for what it posts to `/result`.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Where a Chromium is; undefined where there is none. */
export const browser = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);

/** The script of a page of this folder. */
export async function bundlePage(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

export interface VisitOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The browser's options beside those that every visit has. */
  readonly options?: readonly string[];
}

/** Opens a page that runs the script, and waits for what it posts. */
export async function visit<Report>(script: string, { headers = {}, options = [] }: VisitOptions = {}): Promise<Report> {
  let received: (report: Report) => void = () => undefined;
  const result = new Promise<Report>((resolve) => {
    received = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.url === "/result") {
      let text = "";
      for await (const chunk of request) text += chunk;
      received(JSON.parse(text) as Report);
    }
    const type = request.url === "/page.js" ? "text/javascript" : "text/html";
    response.writeHead(200, { "content-type": type, ...headers });
    response.end(request.url === "/page.js" ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), "mmx-browser-"));
  const always = ["--headless=new", "--no-sandbox", "--no-first-run", `--user-data-dir=${profile}`];
  const child = spawn(browser ?? "", [...always, ...options, `http://127.0.0.1:${port}/`], { stdio: "ignore", detached: true });
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the browser ended with exit code ${code}`)));
  });
  try {
    return await Promise.race([result, ended]);
  } finally {
    const gone = ended.catch(() => undefined);
    // With the processes that it has started, which would go on writing into the profile.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
