// A question over HTTP, JSON both ways: what every service behind a URL asks with.
import { ServiceError } from "./service.ts";

/** The body of the answer. Throws a `ServiceError` where nobody answers or the answer is a refusal. */
export async function post(
  service: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<string> {
  let response: Response;
  try {
    const sent = { "content-type": "application/json", ...headers };
    response = await fetch(url, { method: "POST", headers: sent, body: JSON.stringify(body) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServiceError(
      service,
      `does not answer at ${url}: ${cause}`,
      "Start it, or correct its `url` in the bindings file.",
    );
  }
  const text = await response.text();
  if (!response.ok) throw new ServiceError(service, `refused: ${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}
