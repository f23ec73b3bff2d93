import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Scroll } from "../../ui/scroll.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { type Campaign, RETRY_CAMPAIGN } from "../campaign_documents.ts";
import { meaningOf, words } from "../words.ts";

/** Why recipients have failed or were skipped; those that failed can be tried again by code. */
export function Reasons({ campaign, onChanged }: { campaign: Campaign; onChanged: () => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const { id, status, reasons } = campaign;
  const mayRetry = isAdmin && ["running", "paused", "completed"].includes(status);
  const retry = async (errorCode: string) => {
    try {
      await connection.mutate(RETRY_CAMPAIGN, { id, errorCodes: [errorCode] });
      onChanged();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <section className="stack tight">
      <h2>{texts.reasons}</h2>
      <Scroll label={texts.reasons}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.reason}</th>
              <th scope="col">{texts.stateLabel}</th>
              <th scope="col" className="number">
                {texts.recipients}
              </th>
              {mayRetry && (
                <th scope="col">
                  <span className="visually-hidden">{texts.retryCode}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ state, errorCode, recipients }) => (
              <tr key={`${state} ${errorCode}`}>
                <td>
                  {meaningOf(texts, errorCode)} <span className="soft small">{errorCode}</span>
                </td>
                <td>
                  <span className={state === "failed" ? "badge danger" : "badge"}>{texts.state[state]}</span>
                </td>
                <td className="number">{format.number(recipients)}</td>
                {mayRetry && (
                  <td className="number">
                    {/* What may have arrived is not sent twice. */}
                    {state === "failed" && errorCode !== "PYUNC" && (
                      <Button className="small" onClick={() => void retry(errorCode)}>
                        {texts.retryCode}
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
