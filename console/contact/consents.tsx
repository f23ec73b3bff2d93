import { type FormEvent, useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { longTime } from "../words/time.ts";
import { ADD_CONSENT, type Contact } from "./documents.ts";
import type { Reload } from "./panel.tsx";
import { words } from "./words.ts";

const CATEGORIES = ["all", "marketing"] as const;
type Category = (typeof CATEGORIES)[number];

/** Which messages the contact wants, how that is known, and what was said before. */
export function Consents({ contact, reload }: { contact: Contact; reload: Reload }) {
  const texts = useWords(words);
  const language = useLanguage();
  const mayChange = useMay("agent");
  const [isRecording, setRecording] = useState(false);
  const consents = contact.consents.nodes;
  return (
    <>
      <Section
        title={texts.consent}
        isOpen={contact.optedOutAt !== null || contact.marketingOptedOutAt !== null}
        action={
          mayChange && (
            <Button look="quiet" className="small" onClick={() => setRecording(true)}>
              {texts.record}
            </Button>
          )
        }
      >
        <dl className="facts">
          {CATEGORIES.map((category) => {
            const outAt = category === "all" ? contact.optedOutAt : contact.marketingOptedOutAt;
            const last = consents.find((consent) => consent.category === category && consent.isOptIn);
            return (
              <div key={category}>
                <dt>{texts.categories[category]}</dt>
                <dd>
                  {outAt !== null ? (
                    <span className="badge danger">{texts.optedOut}</span>
                  ) : last ? (
                    <span className="badge accent">{texts.optedIn}</span>
                  ) : (
                    <span className="soft">{texts.noConsent}</span>
                  )}{" "}
                  {(outAt ?? last?.givenAt) && (
                    <span className="soft">{longTime(outAt ?? last!.givenAt, language)}</span>
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
        {consents.length > 0 && (
          <ul className="consent-history">
            {consents.map(({ id, category, isOptIn, method, evidence, givenAt, user }) => (
              <li key={id}>
                <span>
                  {texts.categories[category]}: {isOptIn ? texts.optedIn : texts.optedOut}
                </span>
                <span className="soft">
                  {[longTime(givenAt, language), texts.methods[method], user?.name, evidence]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {isRecording && (
        <RecordConsent
          contactId={contact.id}
          onClose={() => setRecording(false)}
          onSaved={() => {
            setRecording(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function RecordConsent({
  contactId,
  onClose,
  onSaved,
}: {
  contactId: string;
  onClose: () => void;
  onSaved: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [category, setCategory] = useState<Category>("marketing");
  const [isOptIn, setOptIn] = useState(true);
  const [evidence, setEvidence] = useState("");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await connection.mutate(ADD_CONSENT, {
        consent: { contactId, category, isOptIn, evidence: evidence.trim() || null },
      });
      onSaved();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.recordTitle} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field label={texts.category}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={category}
              onChange={({ target }) => setCategory(target.value as Category)}
            >
              {CATEGORIES.map((each) => (
                <option key={each} value={each}>
                  {texts.categories[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={texts.decision}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={isOptIn ? "in" : "out"}
              onChange={({ target }) => setOptIn(target.value === "in")}
            >
              <option value="in">{texts.optedIn}</option>
              <option value="out">{texts.optedOut}</option>
            </select>
          )}
        </Field>
        <Field label={texts.evidence} hint={texts.evidenceHint}>
          {(given) => (
            <textarea
              {...given}
              className="input"
              rows={2}
              value={evidence}
              onChange={({ target }) => setEvidence(target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="primary">
            {texts.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
