import { useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { problemOf } from "../../graphql/problem.ts";
import { Failed } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import type { Head } from "../documents.ts";
import { TemplateForm } from "./template_form.tsx";
import { composerWords } from "./words.ts";

const TEMPLATES = graphql(`
  query ThreadTemplates($account: String!, $query: String!) {
    templates(
      first: 30
      orderBy: [NAME_ASC]
      filter: {
        businessAccountId: { equalTo: $account }
        status: { in: [approved, unknown] }
        name: { includesInsensitive: $query }
      }
    ) {
      nodes { id name language category body components }
    }
  }
`);
export type PickedTemplate = NonNullable<ResultOf<typeof TEMPLATES>["templates"]>["nodes"][number];

/** Chooses a template, fills it in, and sends it. */
export function TemplatePicker({ head, onSent }: { head: Head; onSent: () => void }) {
  const texts = useWords(composerWords);
  const [query, setQuery] = useState("");
  const [picked, setPicked] = useState<PickedTemplate | null>(null);
  const account = head.channel.whatsapp?.businessAccountId;
  const [{ data, error, fetching }] = useQuery({
    query: TEMPLATES,
    // Names are written with underscores; people type spaces.
    variables: { account: account ?? "", query: query.trim().replace(/\s+/g, "_") },
    pause: account === undefined,
    requestPolicy: "cache-and-network",
  });
  if (picked)
    return <TemplateForm head={head} template={picked} onBack={() => setPicked(null)} onSent={onSent} />;
  const templates = data?.templates?.nodes ?? [];
  return (
    <div className="template-picker">
      <input
        className="input"
        type="search"
        aria-label={texts.searchTemplates}
        placeholder={texts.searchTemplates}
        value={query}
        onChange={({ target }) => setQuery(target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !templates[0]) return;
          event.preventDefault();
          setPicked(templates[0]);
        }}
      />
      {error && !data && <Failed message={problemOf(error).message} />}
      <ul>
        {templates.map((template) => (
          <li key={template.id}>
            <button type="button" onClick={() => setPicked(template)}>
              <strong>{template.name}</strong>
              <span className="badge">{template.language}</span>
              <small dir="auto">{template.body}</small>
            </button>
          </li>
        ))}
      </ul>
      {!fetching && data && templates.length === 0 && (
        <p className="soft">{query.trim() === "" ? texts.noTemplatesYet : texts.noTemplates}</p>
      )}
    </div>
  );
}
