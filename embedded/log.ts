/** What the embedded server tells about itself; a pino logger fits. */
export type EmbeddedLog = {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};
