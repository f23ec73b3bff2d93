import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Check, TextInput } from "../../ui/form/fields.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import { isChecked, optionalText } from "../../ui/form/values.ts";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Panel } from "../pattern/section.tsx";
import { type Channel, UPDATE_CHANNEL } from "./channel.ts";
import { words } from "./words.ts";

const ROTATE = graphql(`
  mutation RotateChannelSecrets(
    $channelId: UUID!, $accessToken: String, $appSecret: String, $verifyToken: String, $endsPreviousSecret: Boolean
  ) {
    rotateChannelSecrets(input: {
      channelId: $channelId, accessToken: $accessToken, appSecret: $appSecret, verifyToken: $verifyToken
      endsPreviousSecret: $endsPreviousSecret
    }) { channel { id status statusReason } }
  }
`);
const DELETE = graphql(`
  mutation DeleteChannel($id: UUID!) { deleteChannel(input: { id: $id }) { deletedChannelNodeId } }
`);

/** What is done with a channel as a whole. */
export function ChannelActions({ channel, reload }: { channel: Channel; reload: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [opened, setOpened] = useState<"keys" | "removal" | null>(null);
  const isActive = channel.status === "active";
  const setStatus = (status: "active" | "paused") =>
    connection.mutate(UPDATE_CHANNEL, { id: channel.id, patch: { status } }).catch(showProblem);
  const replace = async (form: FormData) => {
    await connection.mutate(ROTATE, {
      channelId: channel.id,
      accessToken: optionalText(form, "accessToken"),
      appSecret: optionalText(form, "appSecret"),
      verifyToken: optionalText(form, "verifyToken"),
      endsPreviousSecret: isChecked(form, "endsPreviousSecret"),
    });
    showToast(texts.replaced);
    reload();
  };
  return (
    <Panel title={texts.actions} about={texts.pauseAbout}>
      <div className="row wrap">
        <Button
          icon={isActive ? "pause" : "play"}
          onClick={() => void setStatus(isActive ? "paused" : "active")}
        >
          {isActive ? texts.pause : texts.activate}
        </Button>
        <Button icon="key" onClick={() => setOpened("keys")}>
          {texts.replaceKeys}
        </Button>
        <Button look="danger" icon="trash" onClick={() => setOpened("removal")}>
          {texts.remove}
        </Button>
      </div>
      {opened === "keys" && (
        <FormDialog title={texts.replaceKeys} onSubmit={replace} onClose={() => setOpened(null)}>
          <p className="soft">{texts.replaceKeysAbout}</p>
          <TextInput name="accessToken" label={texts.accessToken} type="password" autoComplete="off" />
          <TextInput
            name="appSecret"
            label={texts.appSecret}
            hint={texts.appSecretHint}
            type="password"
            autoComplete="off"
          />
          <TextInput name="verifyToken" label={texts.verifyToken} autoComplete="off" />
          <Check name="endsPreviousSecret" label={texts.endsPrevious} hint={texts.endsPreviousHint} />
        </FormDialog>
      )}
      {opened === "removal" && (
        <Confirm
          isDanger
          title={texts.removeQuestion(channel.name)}
          onClose={() => setOpened(null)}
          onConfirm={async () => {
            await connection.mutate(DELETE, { id: channel.id });
            go("settings/channels", { isReplaced: true });
          }}
        >
          <p>{texts.removeText}</p>
        </Confirm>
      )}
    </Panel>
  );
}
