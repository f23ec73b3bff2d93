import { useState } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import { isChecked, optionalNumber, optionalText, text } from "../../ui/form/values.ts";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { Calls } from "./calls.tsx";
import { readJson } from "./read_json.ts";
import { words } from "./words.ts";

const SOURCES = graphql(`
  query SettingsDataSources($after: Cursor) {
    dataSources(first: 50, after: $after) {
      nodes {
        id name description type baseUrl authType authHeaderName headers timeoutMs isActive hasAuthToken
        dataSourceCalls(first: 0) { totalCount }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateDataSource($source: DataSourceInput!) {
    createDataSource(input: { dataSource: $source }) { dataSource { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateDataSource($id: UUID!, $patch: DataSourcePatch!) {
    updateDataSource(input: { id: $id, patch: $patch }) {
      dataSource {
        id name description type baseUrl authType authHeaderName headers timeoutMs isActive hasAuthToken
      }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteDataSource($id: UUID!) { deleteDataSource(input: { id: $id }) { deletedDataSourceNodeId } }
`);
const SET_TOKEN = graphql(`
  mutation SetDataSourceToken($id: UUID!, $token: String!) {
    setDataSourceToken(input: { dataSourceId: $id, token: $token }) { clientMutationId }
  }
`);
const CLEAR_TOKEN = graphql(`
  mutation ClearDataSourceToken($id: UUID!) {
    clearDataSourceToken(input: { dataSourceId: $id }) { clientMutationId }
  }
`);

type Source = NonNullable<ResultOf<typeof SOURCES>["dataSources"]>["nodes"][number];

export default function DataSources({ path }: { path: string }) {
  return path === "" ? <Sources /> : <Calls key={path} sourceId={path} />;
}

function Sources() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const [withToken, setWithToken] = useState<{ source: Source; reload: () => void } | null>(null);
  const save = (form: FormData, source: Source | null) => {
    const values = {
      name: text(form, "name"),
      description: optionalText(form, "description"),
      type: text(form, "type") as Source["type"],
      baseUrl: text(form, "baseUrl"),
      authType: text(form, "authType") as Source["authType"],
      authHeaderName: optionalText(form, "authHeaderName"),
      headers: readJson(form, "headers", texts.notJson(texts.headers)) ?? {},
      timeoutMs: optionalNumber(form, "timeoutMs") ?? 10_000,
      isActive: isChecked(form, "isActive"),
    };
    return source
      ? connection.mutate(UPDATE, { id: source.id, patch: values })
      : connection.mutate(CREATE, { source: values });
  };
  const clearToken = async ({ id }: Source, reload: () => void) => {
    await connection.mutate(CLEAR_TOKEN, { id });
    showToast(texts.tokenCleared);
    reload();
  };
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        addLabel={texts.add}
        document={SOURCES}
        connectionOf={({ dataSources }) => dataSources}
        keyOf={({ id }) => id}
        compare={(one, other) => compare(one.name, other.name)}
        empty={{ icon: "data", title: texts.empty, text: texts.emptyText }}
        view={({ name, baseUrl, dataSourceCalls, authType, hasAuthToken, isActive }) => ({
          title: name,
          about: `${baseUrl} · ${texts.callCount(dataSourceCalls.totalCount)}`,
          badges: (
            <>
              {authType !== "none" && !hasAuthToken && <span className="badge warning">{texts.noToken}</span>}
              {!isActive && <span className="badge danger">{texts.inactive}</span>}
            </>
          ),
        })}
        edit={{
          title: (source) => (source ? texts.edit : texts.add),
          fields: (source) => <Fields source={source} />,
          save,
        }}
        actions={(source, reload) => [
          { label: texts.calls, icon: "forward", onSelect: () => go(`settings/sources/${source.id}`) },
          ...(source.authType === "none"
            ? []
            : [
                {
                  label: texts.setToken,
                  icon: "key" as const,
                  onSelect: () => setWithToken({ source, reload }),
                },
              ]),
          ...(source.hasAuthToken
            ? [
                {
                  label: texts.clearToken,
                  icon: "close" as const,
                  onSelect: () => void clearToken(source, reload).catch(showProblem),
                },
              ]
            : []),
        ]}
        remove={{
          question: ({ name }) => texts.question(name),
          text: () => texts.consequence,
          run: ({ id }) => connection.mutate(DELETE, { id }),
        }}
      />
      {withToken && (
        <FormDialog
          title={texts.setToken}
          onClose={() => setWithToken(null)}
          onSubmit={async (form) => {
            await connection.mutate(SET_TOKEN, { id: withToken.source.id, token: text(form, "token") });
            showToast(texts.tokenSet);
            withToken.reload();
          }}
        >
          <TextInput
            name="token"
            label={texts.token}
            hint={texts.tokenHint}
            type="password"
            autoComplete="off"
            required
          />
        </FormDialog>
      )}
    </>
  );
}

const TYPES = ["rest_api", "graphql", "strapi"] as const;
const AUTHS = ["none", "bearer", "api_key", "basic"] as const;

function Fields({ source }: { source: Source | null }) {
  const texts = useWords(words);
  const [auth, setAuth] = useState<string>(source?.authType ?? "none");
  return (
    <>
      <TextInput name="name" label={texts.name} value={source?.name} required maxLength={255} />
      <Select
        name="type"
        label={texts.type}
        value={source?.type ?? "rest_api"}
        options={TYPES.map((value) => ({ value, label: texts.types[value] }))}
      />
      <TextInput
        name="baseUrl"
        label={texts.baseUrl}
        hint={texts.baseUrlHint}
        type="url"
        value={source?.baseUrl}
        placeholder="https://shop.example.com/api"
        required
      />
      <Select
        name="authType"
        label={texts.authType}
        value={auth}
        onSelect={setAuth}
        options={AUTHS.map((value) => ({ value, label: texts.auths[value] }))}
      />
      {auth === "api_key" && (
        <TextInput
          name="authHeaderName"
          label={texts.authHeaderName}
          value={source?.authHeaderName ?? "X-API-Key"}
          required
        />
      )}
      <TextInput
        name="headers"
        label={texts.headers}
        hint={texts.headersHint}
        rows={3}
        spellCheck={false}
        value={JSON.stringify(source?.headers ?? {}, null, 2)}
      />
      <TextInput
        name="timeoutMs"
        label={texts.timeout}
        type="number"
        min={1}
        max={30_000}
        value={source?.timeoutMs ?? 10_000}
      />
      <TextInput name="description" label={texts.description} rows={2} value={source?.description} />
      <Check name="isActive" label={texts.isActive} isOn={source?.isActive ?? true} />
    </>
  );
}
