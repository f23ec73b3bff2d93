import { useConnection } from "../../graphql/use_connection.ts";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { isChecked, optionalNumber, text } from "../../ui/form/values.ts";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Panel } from "../pattern/section.tsx";
import { type Channel, UPDATE_CHANNEL } from "./channel.ts";
import { words } from "./words.ts";

const MB = 1_000_000;

export function ChannelSettings({ channel }: { channel: Channel }) {
  const texts = useWords(words);
  const connection = useConnection();
  const save = async (form: FormData) => {
    const limit = optionalNumber(form, "mediaLimit");
    await connection.mutate(UPDATE_CHANNEL, {
      id: channel.id,
      patch: {
        name: text(form, "name"),
        messagesPerSecond: optionalNumber(form, "messagesPerSecond"),
        mediaLimit: limit === null ? null : Math.round(limit * MB),
        sendsReadReceipts: isChecked(form, "sendsReadReceipts"),
        uncertainPolicy: text(form, "uncertainPolicy") as Channel["uncertainPolicy"],
        // Another channel becomes the default by being chosen, not by this one being left out.
        ...(isChecked(form, "isDefault") && { isDefault: true }),
      },
    });
    showToast(texts.saved);
  };
  return (
    <Panel title={texts.settings}>
      <Form submitLabel={texts.save} onSubmit={save}>
        <TextInput name="name" label={texts.name} value={channel.name} required maxLength={150} />
        <TextInput
          name="messagesPerSecond"
          label={texts.messagesPerSecond}
          hint={texts.messagesPerSecondHint}
          type="number"
          min={1}
          max={1000}
          value={channel.messagesPerSecond}
        />
        <TextInput
          name="mediaLimit"
          label={texts.mediaLimit}
          hint={texts.mediaLimitHint}
          type="number"
          min={0}
          max={100}
          step="any"
          value={channel.mediaLimit === null ? null : channel.mediaLimit / MB}
        />
        <Select
          name="uncertainPolicy"
          label={texts.uncertainPolicy}
          value={channel.uncertainPolicy}
          options={(["fail", "resend"] as const).map((value) => ({ value, label: texts.policies[value] }))}
        />
        <Check name="sendsReadReceipts" label={texts.sendsReadReceipts} isOn={channel.sendsReadReceipts} />
        <Check
          name="isDefault"
          label={texts.makeDefault}
          hint={texts.makeDefaultHint}
          isOn={channel.isDefault}
          disabled={channel.isDefault}
        />
      </Form>
    </Panel>
  );
}
