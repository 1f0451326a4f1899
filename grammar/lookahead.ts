// Which alternative comes next, as chevrotain's LL(k) tables say, each table built when it is first asked for: a file uses a
// part of the grammar, and building all tables is a tenth of a cold check.
import { type ILookaheadStrategy, LLkLookaheadStrategy } from "chevrotain";

type Alternation = ILookaheadStrategy["buildLookaheadForAlternation"];
type Optional = ILookaheadStrategy["buildLookaheadForOptional"];

/** Chevrotain calls a lookahead function with the parser as `this`; it goes on to the table's own. */
export function lazyLookahead(maxLookahead: number): ILookaheadStrategy {
  const tables = new LLkLookaheadStrategy({ maxLookahead });
  return {
    validate: (options) => tables.validate(options),
    buildLookaheadForAlternation(options): ReturnType<Alternation> {
      let built: ReturnType<Alternation> | undefined;
      return function (this: unknown, alternatives) {
        built ??= tables.buildLookaheadForAlternation(options);
        return built.call(this, alternatives);
      };
    },
    buildLookaheadForOptional(options): ReturnType<Optional> {
      let built: ReturnType<Optional> | undefined;
      return function (this: unknown) {
        built ??= tables.buildLookaheadForOptional(options);
        return built.call(this);
      };
    },
  };
}
