// The schema of a project file, `mmx.json`: where the data of its specs lie on this machine.
import type { JsonSchema } from "./validate.ts";

export interface ProjectFile {
  /** Path of each data block's file by the block's name, relative to the project file. */
  readonly data: Readonly<Record<string, string>>;
}

export const projectSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx project file",
  type: "object",
  additionalProperties: false,
  required: ["data"],
  properties: { data: { type: "object", additionalProperties: { type: "string", minLength: 1 } } },
};
