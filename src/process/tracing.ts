import { trace } from "../base/trace.ts";
import type { ProcessResources } from "./resources.ts";

/** Exports traces of messages if OTEL_EXPORTER_OTLP_ENDPOINT is set. Otherwise OpenTelemetry is not even loaded. */
export async function startTracing({
  config,
  log,
  closing,
}: Pick<ProcessResources, "config" | "log" | "closing">): Promise<void> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return;
  const { openExporter } = await import("./open_telemetry.ts");
  const exporter = openExporter(config.OTEL_EXPORTER_OTLP_ENDPOINT, log);
  trace.begin((span) => exporter.record(span));
  closing.defer(async () => {
    trace.end();
    await exporter.close();
  });
}
