import { Agent } from "undici";
import { takeJobs } from "../world/job.ts";
import { serveHmac } from "./hmac_server.ts";

/** `graphUrl` null: only checks signatures. Otherwise also answers each message with a POST there. */
export type NoDatabaseRequest = { appSecret: string; graphUrl: string | null };

const agent = new Agent({ connections: 64 });

/** What Parley would be without anything to remember: the echo control, and the loop with no database. */
takeJobs(({ appSecret, graphUrl }: NoDatabaseRequest) =>
  serveHmac(appSecret, (body) => {
    if (graphUrl !== null) void reply(graphUrl, body);
  }),
);

async function reply(graphUrl: string, body: Buffer): Promise<void> {
  const { value } = JSON.parse(body.toString("utf8")).entry[0].changes[0];
  for (const { from } of value.messages) {
    const response = await agent.request({
      origin: graphUrl,
      path: `/v25.0/${value.metadata.phone_number_id}/messages`,
      method: "POST",
      headers: { authorization: "Bearer x", "content-type": "application/json" },
      body: JSON.stringify({
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: `+${from}`,
        type: "text",
        text: { body: "Thank you, we have got your message." },
      }),
    });
    await response.body.json();
  }
}
