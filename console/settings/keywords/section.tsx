import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Select, TextInput } from "../../ui/form/fields.tsx";
import { optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const KEYWORDS = graphql(`
  query SettingsConsentKeywords($after: Cursor) {
    consentKeywords(first: 100, after: $after) {
      nodes { id keyword isOptIn category language }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateConsentKeyword($keyword: ConsentKeywordInput!) {
    createConsentKeyword(input: { consentKeyword: $keyword }) { consentKeyword { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateConsentKeyword($id: UUID!, $patch: ConsentKeywordPatch!) {
    updateConsentKeyword(input: { id: $id, patch: $patch }) {
      consentKeyword { id keyword isOptIn category language }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteConsentKeyword($id: UUID!) {
    deleteConsentKeyword(input: { id: $id }) { deletedConsentKeywordNodeId }
  }
`);

type Keyword = NonNullable<ResultOf<typeof KEYWORDS>["consentKeywords"]>["nodes"][number];

export default function ConsentKeywords() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const isAdmin = useMay("admin");
  const fields = (keyword: Keyword | null) => (
    <>
      <TextInput name="keyword" label={texts.keyword} value={keyword?.keyword} required maxLength={40} />
      <Select
        name="effect"
        label={texts.effect}
        value={keyword?.isOptIn ? "in" : "out"}
        options={[
          { value: "out", label: texts.optsOut },
          { value: "in", label: texts.optsIn },
        ]}
      />
      <Select
        name="category"
        label={texts.category}
        value={keyword?.category ?? "marketing"}
        options={(["marketing", "all"] as const).map((value) => ({ value, label: texts.categories[value] }))}
      />
      <TextInput
        name="language"
        label={texts.language}
        hint={texts.languageHint}
        value={keyword?.language}
        placeholder="tr"
      />
    </>
  );
  const save = (form: FormData, keyword: Keyword | null) => {
    const values = {
      keyword: text(form, "keyword"),
      isOptIn: text(form, "effect") === "in",
      category: text(form, "category") as Keyword["category"],
      language: optionalText(form, "language"),
    };
    return keyword
      ? connection.mutate(UPDATE, { id: keyword.id, patch: values })
      : connection.mutate(CREATE, { keyword: values });
  };
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={KEYWORDS}
      connectionOf={({ consentKeywords }) => consentKeywords}
      keyOf={({ id }) => id}
      compare={(one, other) => compare(one.keyword, other.keyword)}
      empty={{ icon: "stop", title: texts.empty, text: texts.emptyText }}
      view={({ keyword, isOptIn, category, language }) => ({
        title: keyword,
        about: [texts.categories[category], language].filter(Boolean).join(" · "),
        badges: (
          <span className={isOptIn ? "badge accent" : "badge danger"}>
            {isOptIn ? texts.optsIn : texts.optsOut}
          </span>
        ),
      })}
      edit={isAdmin ? { title: (keyword) => (keyword ? texts.edit : texts.add), fields, save } : undefined}
      remove={
        isAdmin
          ? {
              question: ({ keyword }) => texts.question(keyword),
              run: ({ id }) => connection.mutate(DELETE, { id }),
            }
          : undefined
      }
    />
  );
}
