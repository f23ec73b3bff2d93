import { useQuery } from "urql";
import { graphql } from "../graphql/graphql.ts";
import { Link } from "../routing/link.tsx";
import { Section } from "../ui/section.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shortTime } from "../words/time.ts";
import { words } from "./words.ts";

const CAMPAIGNS = graphql(`
  query CampaignsOfContact($id: UUID!) {
    contact(id: $id) {
      id
      campaignRecipients(first: 20, orderBy: [PRIMARY_KEY_DESC]) {
        nodes { nodeId state sentAt repliedAt reason campaign { id name } }
      }
    }
  }
`);

/** The campaigns for which the contact was chosen, and what became of the message; nothing if there are none. */
export function Campaigns({ contactId }: { contactId: string }) {
  const texts = useWords(words);
  const language = useLanguage();
  const [{ data }] = useQuery({ query: CAMPAIGNS, variables: { id: contactId } });
  const recipients = data?.contact?.campaignRecipients.nodes ?? [];
  if (recipients.length === 0) return null;
  return (
    <Section title={texts.campaigns} isOpen={false}>
      <ul className="panel-list">
        {recipients.map(({ nodeId, state, sentAt, repliedAt, reason, campaign }) => (
          <li key={nodeId}>
            <Link to={`campaigns/${campaign.id}`}>{campaign.name}</Link>
            <span className="soft">
              {[
                texts.recipientStates[state],
                sentAt && shortTime(sentAt, language),
                repliedAt && texts.replied,
                reason,
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
