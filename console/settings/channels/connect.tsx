import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { TextInput } from "../../ui/form/fields.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import { optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { words } from "./words.ts";

const CONNECT = graphql(`
  mutation CreateChannel(
    $phoneNumberId: String!, $businessAccountId: String!, $displayPhoneNumber: String!, $accessToken: String!
    $appSecret: String!, $verifyToken: String!, $name: String
  ) {
    createChannel(input: {
      phoneNumberId: $phoneNumberId, businessAccountId: $businessAccountId, displayPhoneNumber: $displayPhoneNumber
      accessToken: $accessToken, appSecret: $appSecret, verifyToken: $verifyToken, name: $name
    }) { channel { id } }
  }
`);

/** The first step of connecting a number: what Meta has given. The others are the checks on the channel's page. */
export function Connect({
  onConnected,
  onClose,
}: {
  onConnected: (connected: { channelId: string; token: string }) => void;
  onClose: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [verifyToken] = useState(randomToken);
  const connect = async (form: FormData) => {
    const { createChannel } = await connection.mutate(CONNECT, {
      phoneNumberId: text(form, "phoneNumberId"),
      businessAccountId: text(form, "businessAccountId"),
      displayPhoneNumber: text(form, "displayPhoneNumber"),
      accessToken: text(form, "accessToken"),
      appSecret: text(form, "appSecret"),
      verifyToken,
      name: optionalText(form, "name"),
    });
    if (createChannel) onConnected({ channelId: createChannel.channel.id, token: verifyToken });
  };
  return (
    <FormDialog title={texts.connect} submitLabel={texts.create} onSubmit={connect} onClose={onClose}>
      <p className="soft">{texts.connectAbout}</p>
      <TextInput
        name="displayPhoneNumber"
        label={texts.number}
        hint={texts.numberHint}
        type="tel"
        autoComplete="off"
        required
      />
      <TextInput
        name="phoneNumberId"
        label={texts.phoneNumberId}
        hint={texts.phoneNumberIdHint}
        inputMode="numeric"
        autoComplete="off"
        required
      />
      <TextInput
        name="businessAccountId"
        label={texts.businessAccountId}
        inputMode="numeric"
        autoComplete="off"
        required
      />
      <TextInput
        name="accessToken"
        label={texts.accessToken}
        hint={texts.accessTokenHint}
        type="password"
        autoComplete="off"
        required
      />
      <TextInput
        name="appSecret"
        label={texts.appSecret}
        hint={texts.appSecretHint}
        type="password"
        autoComplete="off"
        required
      />
      <TextInput name="name" label={texts.name} hint={texts.nameHint} maxLength={150} autoComplete="off" />
    </FormDialog>
  );
}

/** A word that nobody guesses, for Meta to repeat when it verifies the address. */
export function randomToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
