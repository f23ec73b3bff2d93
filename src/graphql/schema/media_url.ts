import { lambda, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { MediaAddresses } from "../../media/signed_address.ts";

type Row = Step & { get(name: string): Step<string> };
type Args = { getRaw(name: string): Step<boolean | null | undefined> };

/** `Media.url`: only those who may see the row get it, and it gives access to the file for minutes. */
export function mediaUrl(addresses: Pick<MediaAddresses, "sign">): GraphileConfig.Plugin {
  const url = ([mediaId, state, download]: readonly [string, string, boolean | null | undefined]) =>
    state === "stored" ? addresses.sign({ mediaId, isDownload: download === true }) : null;

  return extendSchema(
    {
      typeDefs: gql`
        extend type Media {
          """
          The address of the file, for \`<img src>\` and the like: anyone who has it can read the file for ten to fifteen
          minutes. Query it again when it is refused (403, PYLNK). It starts with PUBLIC_URL; without that it is relative
          to the API's address. Null unless the state is stored.
          """
          url(
            "Offer the file as a download, even if browsers could show it. Defaults to false."
            download: Boolean = false
          ): String
        }
      `,
      objects: {
        Media: {
          plans: {
            url: ($row: Step, args: Args) => {
              const row = $row as Row;
              return lambda([row.get("id"), row.get("state"), args.getRaw("download")] as const, url, true);
            },
          },
        },
      },
    },
    "ParleyMediaUrl",
  );
}
