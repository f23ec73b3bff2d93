import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace as traces,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import packageJson from "../../package.json" with { type: "json" };
import type { Log } from "../base/log.ts";
import type { Span } from "../base/trace.ts";

const EXPORT_EVERY_MS = 1_000;

type Exporter = {
  record(span: Span): void;
  /** Exports what is left. Takes at most a few seconds, and never throws. */
  close(): Promise<void>;
};

/** Exports spans to a collector by OTLP over HTTP. Its packages read further variables, such as OTEL_EXPORTER_OTLP_HEADERS. */
export function openExporter(endpoint: string, log: Log): Exporter {
  const warn = (message: string) => log.warn({ source: "opentelemetry" }, message);
  const silent = () => {};
  diag.setLogger(
    { error: warn, warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  // The ids are given: they follow from those of messages.
  const next = { traceId: "", spanId: "" };
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: 2_000 });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "parley", "service.version": packageJson.version }),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS })],
  });
  const tracer = provider.getTracer("parley", packageJson.version);
  return {
    record({ name, traceId, spanId, parentId, beganAt, endedAt, attributes, error }) {
      Object.assign(next, { traceId, spanId });
      const parent = { traceId, spanId: parentId ?? "", traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const context = parentId === null ? ROOT_CONTEXT : traces.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(name, { startTime: beganAt, attributes }, context);
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end(endedAt);
    },
    async close() {
      await provider.shutdown().catch((error: unknown) => warn(String(error)));
    },
  };
}
