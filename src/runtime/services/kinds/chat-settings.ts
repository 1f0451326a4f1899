// What a binding says of a language model, wherever it runs.

export interface ChatSettings {
  readonly model: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly system?: string;
}

/** The schema's members for these settings. */
export const chatProperties = {
  model: { type: "string", minLength: 1 },
  temperature: { type: "number", minimum: 0 },
  max_tokens: { type: "integer", minimum: 1 },
  system: { type: "string" },
};

export const defaultTemperature = 0.2;
