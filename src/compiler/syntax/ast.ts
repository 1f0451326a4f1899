// The abstract syntax tree: what a spec says, before any name is looked up.
// Made from the CST by `build.ts`; every node carries the span it was written at. A part that could not be parsed is a
// `Missing` node, so that later stages can go on checking the rest of the file.
export type * from "./ast/expressions.ts";
export type * from "./ast/items.ts";
export type { Name } from "./ast/located.ts";
export type * from "./ast/pipelines.ts";
export type * from "./ast/statements.ts";
export type * from "./ast/types.ts";
