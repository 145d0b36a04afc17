// The log: a JSON object a line, on stderr; stdout belongs to the one line that says where the service listens.

import { type Logger, destination, pino, stdTimeFunctions } from "pino";

export const log: Logger = pino(
  { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
  destination(2),
);

/** What an error says, for a log line or an answer. */
export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
