import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import type { Failure } from "../../outcome.ts";
import type { ChangedTemplate, TemplateChange } from "../../templates.ts";
import type { CloudApiAccess } from "../outbound/access.ts";
import { classifyError, classifyLoss } from "../outbound/classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "../outbound/graph_client.ts";
import { withHandles } from "./example_files.ts";
import { readTemplate, TEMPLATE_FIELDS } from "./read_template.ts";
import { uploadExample } from "./upload_example.ts";

type Answer = { kind: "answer"; body: JsonObject };

/** Creates, edits, unpauses or deletes a template. What an earlier attempt has done is not done twice. */
export async function changeTemplate(
  graph: GraphClient,
  access: CloudApiAccess,
  change: TemplateChange,
  signal?: AbortSignal,
): Promise<ChangedTemplate | Failure> {
  if (change.isRepeated && change.kind !== "edit") {
    const found = await findTemplate(graph, access, change);
    if (found.kind !== "found") return found;
    const report = outcomeOf(change, found.template);
    if (report !== null) return { kind: "changed", report };
  }
  switch (change.kind) {
    case "create":
      return create(graph, access, change, signal);
    case "edit":
      return edit(graph, access, change, signal);
    case "unpause": {
      const answer = await ask(graph, access, "POST", `${change.providerTemplateId}/unpause`);
      if (answer.kind !== "answer") return answer;
      return answer.body.success === false
        ? refused(wordOf(answer.body.reason) ?? "The template cannot be resumed yet")
        : { kind: "changed", report: { status: "APPROVED" } };
    }
    case "delete": {
      const query = new URLSearchParams({ hsm_id: change.providerTemplateId ?? "", name: change.name });
      const answer = await ask(
        graph,
        access,
        "DELETE",
        `${access.businessAccountId}/message_templates?${query}`,
      );
      return answer.kind === "answer" ? { kind: "changed", report: { status: "DELETED" } } : answer;
    }
    default:
      return change.kind satisfies never;
  }
}

async function create(
  graph: GraphClient,
  access: CloudApiAccess,
  change: TemplateChange,
  signal?: AbortSignal,
): Promise<ChangedTemplate | Failure> {
  const components = await uploadExamples(graph, access, change, signal);
  if (components.kind !== "components") return components;
  const answer = await ask(graph, access, "POST", `${access.businessAccountId}/message_templates`, {
    name: change.name,
    language: change.language,
    category: change.category?.toUpperCase() ?? null,
    parameter_format: change.parameterFormat.toUpperCase(),
    components: components.components,
    ...(change.messageTtl !== null && { message_send_ttl_seconds: change.messageTtl }),
  });
  if (answer.kind !== "answer") return answer;
  const { id, status, category } = answer.body;
  return {
    kind: "changed",
    report: {
      provider_template_id: wordOf(id),
      status: wordOf(status) ?? "PENDING",
      category: wordOf(category),
    },
  };
}

async function edit(
  graph: GraphClient,
  access: CloudApiAccess,
  change: TemplateChange,
  signal?: AbortSignal,
): Promise<ChangedTemplate | Failure> {
  const components = await uploadExamples(graph, access, change, signal);
  if (components.kind !== "components") return components;
  const answer = await ask(graph, access, "POST", change.providerTemplateId ?? "", {
    components: components.components,
    ...(change.newCategory !== null && { category: change.newCategory.toUpperCase() }),
  });
  if (answer.kind !== "answer") return answer;
  // Its status is in the list, which is read next.
  return { kind: "changed", report: { components: change.components } };
}

/** The components with handles of uploaded files as examples. */
async function uploadExamples(
  graph: GraphClient,
  access: CloudApiAccess,
  { components, files }: TemplateChange,
  signal?: AbortSignal,
): Promise<{ kind: "components"; components: JsonObject[] } | Failure> {
  const handles = new Map<string, string>();
  for (const [mediaId, file] of files) {
    const uploaded = await uploadExample(graph, access, file, signal);
    if (uploaded.kind !== "handle") return uploaded;
    handles.set(mediaId, uploaded.handle);
  }
  return { kind: "components", components: withHandles(components, handles) };
}

/** Looks a template up by its name and language. */
async function findTemplate(
  graph: GraphClient,
  access: CloudApiAccess,
  { name, language }: TemplateChange,
): Promise<{ kind: "found"; template: JsonObject | null } | Failure> {
  const query = new URLSearchParams({ name, fields: TEMPLATE_FIELDS, limit: "100" });
  const answer = await ask(graph, access, "GET", `${access.businessAccountId}/message_templates?${query}`);
  if (answer.kind !== "answer") return answer;
  // The filter also returns longer names.
  const template = objectsOf(answer.body.data)
    .map(readTemplate)
    .find((each) => each?.name === name && String(each.language).replace("-", "_") === language);
  return { kind: "found", template: template ?? null };
}

/** What an earlier attempt has achieved; null if the change is still to be made. */
function outcomeOf(change: TemplateChange, found: JsonObject | null): JsonObject | null {
  if (change.kind === "create") return found;
  if (change.kind === "delete") return found === null ? { status: "DELETED" } : null;
  return found?.status === "APPROVED" ? found : null;
}

async function ask(
  graph: GraphClient,
  access: CloudApiAccess,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: JsonObject,
): Promise<Answer | Failure> {
  const reply = await graph.request({
    method,
    url: edgeUrl(access, path),
    headers: { ...authorization(access), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: Buffer.from(JSON.stringify(body)) }),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const answer = bodyOf(reply);
  if (reply.status === 200 && answer !== null && answer.error === undefined)
    return { kind: "answer", body: answer };
  const failure = classifyError(reply);
  return failure.kind === "rejected" ? explained(failure, objectOf(answer?.error)) : failure;
}

/** Meta explains errors of templates in texts for users, and has a number of its own for each. */
function explained(failure: Failure & { kind: "rejected" }, error: JsonObject | null): Failure {
  const subcode = integerOf(error?.error_subcode);
  return {
    ...failure,
    code: subcode === null ? failure.code : String(subcode),
    title: wordOf(error?.error_user_title) ?? failure.title,
    details: wordOf(error?.error_user_msg) ?? failure.details,
  };
}

function refused(title: string): Failure {
  return { kind: "rejected", code: null, title, details: null };
}
