// `mmx` without the bundle: what bin/mmx.js does, on the sources.
import { run } from "../../src/cli/main.ts";

process.exitCode = await run(process.argv.slice(2));
