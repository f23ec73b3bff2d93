import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useLiveRows } from "../../graphql/use_connection.ts";
import { Link } from "../../routing/link.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { useReload } from "../../ui/use_reload.ts";
import { useWords } from "../../words/language.ts";
import { TEMPLATE } from "../template_documents.ts";
import { words } from "../words.ts";
import { TemplateEditor } from "./template_editor.tsx";

/** `templates/<id>`. */
export function TemplateEditorPage({ id }: { id: string }) {
  const texts = useWords(words);
  const [{ data, error }, reload] = useQuery({ query: TEMPLATE, variables: { id } });
  const reloadSoon = useReload(reload);
  useLiveRows("template", (changed) => changed.id === id && reloadSoon());
  return (
    <div className="page">
      <Link to="templates" className="row back-link">
        <Icon name="back" />
        {texts.back}
      </Link>
      {error && !data ? (
        <Failed message={problemOf(error).message} />
      ) : !data ? (
        <Loading label={texts.loading} />
      ) : data.template ? (
        // Another status makes it another editor; a draft that was only saved stays as it is.
        <TemplateEditor key={data.template.status} template={data.template} onChanged={reloadSoon} />
      ) : (
        <Empty icon="template" title={texts.notFound} />
      )}
    </div>
  );
}
