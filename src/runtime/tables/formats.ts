// The formats that tables are written in; apart from their writers, so that the command line can list them without loading these.
export const tableFormats = ["text", "markdown", "csv", "latex"] as const;
export type TableFormat = (typeof tableFormats)[number];
