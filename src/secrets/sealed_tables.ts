/** A table whose rows hold envelopes. */
export type SealedTable = {
  name: string;
  key: readonly string[];
  columns: readonly SealedColumn[];
};

type SealedColumn = {
  name: string;
  /** The column that its envelopes are sealed for, where that is another one. */
  sealedAs?: string;
  /** The column with the fingerprint of what is sealed. */
  fingerprint?: string;
};

/** Everything that is sealed with PARLEY_SECRET_KEY. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    name: "app_private.channel_secrets",
    key: ["channel_id"],
    columns: [
      { name: "access_token" },
      { name: "app_secret", fingerprint: "app_secret_fingerprint" },
      // It was sealed as the current one, and stays so.
      {
        name: "previous_app_secret",
        sealedAs: "app_secret",
        fingerprint: "previous_app_secret_fingerprint",
      },
      { name: "verify_token" },
    ],
  },
  { name: "app_private.data_source_secrets", key: ["data_source_id"], columns: [{ name: "auth_token" }] },
  {
    name: "app_private.google_account_secrets",
    key: ["tenant_id", "user_id"],
    columns: [{ name: "access_token" }, { name: "refresh_token" }],
  },
  { name: "app_private.totp_secrets", key: ["user_id"], columns: [{ name: "secret" }] },
];
