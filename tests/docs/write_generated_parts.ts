import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { metrics } from "../../src/base/metrics.ts";
import { NODE_KINDS } from "../../src/chatbot/nodes/registry.ts";
import { CHECK_GROUPS } from "../../src/doctor/checks.ts";
import { withDoctorTables } from "./doctor_tables.ts";
import { document, ROOT } from "./document.ts";
import { type DescribedMetric, withMetricsTable } from "./metrics_table.ts";
import { withGeneratedParts } from "./node_sections.ts";

/** `npm run docs`: writes into the pages what kinds of nodes, checks of the doctor and metrics say of themselves. */
function write(path: string, change: (text: string) => string): void {
  writeFileSync(join(ROOT, path), change(document(path).text));
}

write("docs/chatbots.md", (text) => withGeneratedParts(text, NODE_KINDS));
write("docs/doctor.md", (text) => withDoctorTables(text, CHECK_GROUPS));
write("docs/monitoring.md", (text) =>
  withMetricsTable(text, Object.values(metrics) as unknown as DescribedMetric[]),
);
