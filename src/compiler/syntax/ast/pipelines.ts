// Items of pipelines of services: records, projections, services, memories, pipelines.
import type { Located, Name } from "./located.ts";
import type { Block } from "./statements.ts";

/** `words: text`, `voice: audio?`, `turns: [Turn]`: what flows along one wire of a pipeline. */
export interface Wire extends Located {
  readonly name: Name;
  readonly type: WireTypeExpression;
}

export type WireTypeExpression =
  | (Located & { readonly kind: "wire"; readonly name: Name; readonly optional: boolean })
  | (Located & { readonly kind: "wires"; readonly item: WireTypeExpression; readonly optional: boolean });

/** `record Turn { speaker: text, words: text }`. */
export interface RecordItem extends Located {
  readonly kind: "record";
  readonly name: Name;
  readonly fields: readonly Wire[];
  readonly doc: string | undefined;
}

/** `projection Word -> Feeling { happy: joyful | proud }`: words, and the label that each stands for. */
export interface ProjectionItem extends Located {
  readonly kind: "projection";
  readonly name: Name;
  readonly onto: Name;
  readonly entries: readonly (Located & { readonly label: Name; readonly words: readonly Name[] })[];
  readonly doc: string | undefined;
}

/** `service speak(words: text, feeling: Feeling) -> audio`. */
export interface ServiceItem extends Located {
  readonly kind: "service";
  readonly name: Name;
  readonly parameters: readonly Wire[];
  readonly result: WireTypeExpression;
  readonly doc: string | undefined;
}

/** `memory past: Episode by embed(context)`: records, and the service and field by which likeness is measured. */
export interface MemoryItem extends Located {
  readonly kind: "memory";
  readonly name: Name;
  readonly type: WireTypeExpression;
  readonly by: { readonly service: Name; readonly field: Name } | undefined;
  readonly doc: string | undefined;
}

/** `pipeline E3RG(talk: Dialogue) -> { reply: text, speech: audio } { … }`. */
export interface PipelineItem extends Located {
  readonly kind: "pipeline";
  readonly name: Name;
  readonly parameters: readonly Wire[];
  readonly results: readonly Wire[];
  readonly body: Block;
  readonly doc: string | undefined;
}
