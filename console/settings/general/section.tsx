import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { isChecked, optionalText, text } from "../../ui/form/values.ts";
import { Failed, Loading } from "../../ui/states.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Panel, Section } from "../pattern/section.tsx";
import { words } from "./words.ts";

const TENANT = graphql(`
  query SettingsTenant { currentTenant { id name slug timeZone country requiresCampaignApproval createdAt } }
`);
const UPDATE = graphql(`
  mutation UpdateTenant($id: UUID!, $patch: TenantPatch!) {
    updateTenant(input: { id: $id, patch: $patch }) {
      tenant { id name timeZone country requiresCampaignApproval }
    }
  }
`);

export default function General() {
  const texts = useWords(words);
  const connection = useConnection();
  const language = useLanguage();
  const { dateTime } = useFormats();
  const isOwner = useMay("owner");
  const countries = useMemo(() => countriesIn(language), [language]);
  const [{ data, error }] = useQuery({ query: TENANT });
  const tenant = data?.currentTenant;
  if (error && !tenant) return <Failed message={problemOf(error).message} />;
  if (!tenant) return <Loading label={texts.title} />;
  const zones = Intl.supportedValuesOf("timeZone");
  const save = async (form: FormData) => {
    await connection.mutate(UPDATE, {
      id: tenant.id,
      patch: {
        name: text(form, "name"),
        timeZone: text(form, "timeZone"),
        country: optionalText(form, "country"),
        requiresCampaignApproval: isChecked(form, "requiresCampaignApproval"),
      },
    });
    showToast(texts.saved);
  };
  const facts = (
    <dl className="facts">
      {!isOwner && (
        <>
          <dt>{texts.name}</dt>
          <dd>{tenant.name}</dd>
          <dt>{texts.timeZone}</dt>
          <dd>{tenant.timeZone}</dd>
          <dt>{texts.country}</dt>
          <dd>{countries.find(({ value }) => value === tenant.country)?.label ?? texts.noCountry}</dd>
        </>
      )}
      <dt>{texts.slug}</dt>
      <dd>
        {tenant.slug} <span className="soft">{texts.slugHint}</span>
      </dd>
      <dt>{texts.created}</dt>
      <dd>{dateTime(tenant.createdAt)}</dd>
    </dl>
  );
  return (
    <Section title={texts.title} about={isOwner ? texts.about : texts.onlyOwners}>
      <Panel title={tenant.name}>
        {isOwner && (
          <Form submitLabel={texts.save} onSubmit={save}>
            <TextInput name="name" label={texts.name} value={tenant.name} required maxLength={150} />
            <Select
              name="timeZone"
              label={texts.timeZone}
              hint={texts.timeZoneHint}
              value={tenant.timeZone}
              options={[...new Set([tenant.timeZone, "UTC", ...zones])].map((value) => ({
                value,
                label: value.replaceAll("_", " "),
              }))}
            />
            <Select
              name="country"
              label={texts.country}
              hint={texts.countryHint}
              value={tenant.country}
              options={[{ value: "", label: texts.noCountry }, ...countries]}
            />
            <Check
              name="requiresCampaignApproval"
              label={texts.approval}
              hint={texts.approvalHint}
              isOn={tenant.requiresCampaignApproval}
            />
          </Form>
        )}
        {facts}
      </Panel>
    </Section>
  );
}

/** All countries that the browser has a name for, in the order of the language. */
function countriesIn(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !NO_COUNTRIES.has(code))
    .map((value) => ({ value, label: names.of(value) ?? "" }))
    .filter(({ label }) => label !== "")
    .sort((one, other) => one.label.localeCompare(other.label, language));
}

/** Unions, outlying islands and pseudo-regions, which have no telephone numbers of their own. */
const NO_COUNTRIES = new Set([
  "EU",
  "EZ",
  "UN",
  "QO",
  "XA",
  "XB",
  "ZZ",
  "CP",
  "DG",
  "CQ",
  "EA",
  "IC",
  "TA",
  "AQ",
  "BV",
  "HM",
  "TF",
  "GS",
  "UM",
]);
