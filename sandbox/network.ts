import { announce, type ChatDirectory, type Message } from "./chats.ts";
import type { Clock } from "./clock.ts";
import type { ConversionDirectory } from "./conversions.ts";
import type { CustomerDirectory } from "./customers.ts";
import type { ExampleUploads } from "./example_uploads.ts";
import type { Faults } from "./faults.ts";
import type { Identifiers } from "./identifiers.ts";
import type { Ledger } from "./ledger.ts";
import type { MediaStore } from "./media_store.ts";
import type { StatusStep } from "./message_status.ts";
import type { NumberDirectory } from "./numbers.ts";
import type { SandboxLimits, SandboxOptions } from "./options.ts";
import type { Rules } from "./rules.ts";
import type { StatusReporter } from "./statuses.ts";
import type { TemplateReview } from "./template_review.ts";
import type { TemplateDirectory } from "./templates.ts";
import type { WebhookDispatcher } from "./webhooks/dispatcher.ts";

/** Everything there is in one sandbox: who exists, what was said, and the ways to go on. */
export interface Network {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly limits: SandboxLimits;
  readonly enforcesWindow: boolean;
  readonly log: SandboxOptions["log"];
  readonly numbers: NumberDirectory;
  readonly customers: CustomerDirectory;
  readonly chats: ChatDirectory;
  readonly media: MediaStore;
  readonly templates: TemplateDirectory;
  readonly conversions: ConversionDirectory;
  readonly review: TemplateReview;
  readonly examples: ExampleUploads;
  readonly faults: Faults;
  /** Status plans for messages, instead of the default. */
  readonly plans: Rules<readonly StatusStep[]>;
  readonly ledger: Ledger;
  readonly webhooks: WebhookDispatcher;
  readonly statuses: StatusReporter;
}

type NewMessage = Pick<Message, "chat" | "from" | "type" | "content"> &
  Partial<Pick<Message, "replyTo" | "callbackData" | "rendered">>;

/** These are no bubbles of their own: they show on the message they are about. */
const CHANGES_ANOTHER = new Set(["reaction", "edit", "revoke"]);

/** Says something: gives it a wamid and writes it into the transcript and the ledger. */
export function record(network: Network, said: NewMessage): Message {
  const { chat } = said;
  const message: Message = {
    wamid: network.identifiers.wamid(chat.customer.key),
    at: network.clock.now(),
    replyTo: undefined,
    callbackData: undefined,
    rendered: undefined,
    ...said,
    status: said.from === "business" ? "accepted" : "sent",
    errorCode: undefined,
    reported: [],
    reactions: {},
    isEdited: false,
    isRevoked: false,
  };
  if (!CHANGES_ANOTHER.has(message.type)) {
    chat.messages.push(message);
    if (chat.messages.length > network.limits.messagesPerChat) chat.messages.shift();
  }
  network.ledger.addMessage(message);
  announce(chat);
  return message;
}
