import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { isChecked, optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { readJson } from "./read_json.ts";
import { words } from "./words.ts";

const SOURCE = graphql(`query DataSource($id: UUID!) { dataSource(id: $id) { id name baseUrl } }`);
const CALLS = graphql(`
  query DataSourceCalls($sourceId: UUID!, $after: Cursor) {
    dataSourceCalls(first: 100, after: $after, filter: { dataSourceId: { equalTo: $sourceId } }) {
      nodes { id name description method endpoint defaultParams defaultBody dataKey isActive }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateDataSourceCall($call: DataSourceCallInput!) {
    createDataSourceCall(input: { dataSourceCall: $call }) { dataSourceCall { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateDataSourceCall($id: UUID!, $patch: DataSourceCallPatch!) {
    updateDataSourceCall(input: { id: $id, patch: $patch }) {
      dataSourceCall { id name description method endpoint defaultParams defaultBody dataKey isActive }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteDataSourceCall($id: UUID!) {
    deleteDataSourceCall(input: { id: $id }) { deletedDataSourceCallNodeId }
  }
`);

type Call = NonNullable<ResultOf<typeof CALLS>["dataSourceCalls"]>["nodes"][number];
const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** The stored requests of a data source. */
export function Calls({ sourceId }: { sourceId: string }) {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const [{ data }] = useQuery({ query: SOURCE, variables: { id: sourceId } });
  const source = data?.dataSource;
  const save = (form: FormData, call: Call | null) => {
    const values = {
      name: text(form, "name"),
      description: optionalText(form, "description"),
      method: text(form, "method") as Call["method"],
      endpoint: text(form, "endpoint"),
      defaultParams: readJson(form, "defaultParams", texts.notJson(texts.params)) ?? {},
      defaultBody: readJson(form, "defaultBody", texts.notJson(texts.body)),
      dataKey: optionalText(form, "dataKey"),
      isActive: isChecked(form, "isActive"),
    };
    return call
      ? connection.mutate(UPDATE, { id: call.id, patch: values })
      : connection.mutate(CREATE, { call: { ...values, dataSourceId: sourceId } });
  };
  return (
    <Records
      title={source?.name ?? (data ? texts.notFound : texts.calls)}
      up={{ to: "settings/sources", label: texts.back }}
      about={source?.baseUrl}
      addLabel={texts.addCall}
      document={CALLS}
      variables={{ sourceId }}
      connectionOf={({ dataSourceCalls }) => dataSourceCalls}
      keyOf={({ id }) => id}
      compare={(one, other) => compare(one.name, other.name)}
      empty={{ icon: "data", title: texts.noCalls }}
      view={({ name, method, endpoint, isActive }) => ({
        title: name,
        about: `${method.toUpperCase()} ${endpoint}`,
        badges: !isActive && <span className="badge danger">{texts.inactive}</span>,
      })}
      edit={{
        title: (call) => (call ? texts.editCall : texts.addCall),
        fields: (call) => <Fields call={call} />,
        save,
      }}
      remove={{
        question: ({ name }) => texts.question(name),
        run: ({ id }) => connection.mutate(DELETE, { id }),
      }}
    />
  );
}

function Fields({ call }: { call: Call | null }) {
  const texts = useWords(words);
  return (
    <>
      <TextInput name="name" label={texts.name} value={call?.name} required maxLength={255} />
      <Select
        name="method"
        label={texts.method}
        value={call?.method ?? "get"}
        options={METHODS.map((value) => ({ value, label: value.toUpperCase() }))}
      />
      <TextInput
        name="endpoint"
        label={texts.endpoint}
        hint={texts.endpointHint}
        value={call?.endpoint}
        spellCheck={false}
      />
      <TextInput
        name="defaultParams"
        label={texts.params}
        hint={texts.jsonHint}
        rows={3}
        spellCheck={false}
        value={JSON.stringify(call?.defaultParams ?? {}, null, 2)}
      />
      <TextInput
        name="defaultBody"
        label={texts.body}
        hint={texts.bodyHint}
        rows={4}
        spellCheck={false}
        value={call?.defaultBody == null ? "" : JSON.stringify(call.defaultBody, null, 2)}
      />
      <TextInput name="dataKey" label={texts.dataKey} hint={texts.dataKeyHint} value={call?.dataKey} />
      <TextInput name="description" label={texts.description} rows={2} value={call?.description} />
      <Check name="isActive" label={texts.isActive} isOn={call?.isActive ?? true} />
    </>
  );
}
