// Real HTTP servers on this machine that speak the protocols of services, for the tests.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Exchange {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A server that answers each POST with what `answer` gives; `use` gets its URL and every exchange so far. */
export async function withServer<Result>(
  answer: (exchange: Exchange) => { readonly status?: number; readonly body: unknown },
  use: (url: string, seen: readonly Exchange[]) => Promise<Result>,
): Promise<Result> {
  const seen: Exchange[] = [];
  const server = createServer((request, response) => {
    read(request).then((text) => {
      const exchange = { path: request.url ?? "", body: JSON.parse(text) };
      seen.push(exchange);
      const { status = 200, body } = answer(exchange);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(`http://127.0.0.1:${port}`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

/** OpenAI's chat completions: a mood where one word is asked for, else an echo of the prompt's first part. */
export function chatAnswer({ body }: Exchange): { readonly body: unknown } {
  const [message] = body.messages as readonly { readonly content: string }[];
  const prompt = message?.content ?? "";
  const content = prompt.includes("One word of") ? "I think they are Gloomy." : `You said ${prompt.split(";")[0]}`;
  return { body: { choices: [{ message: { role: "assistant", content } }] } };
}
