/** The form of a provider's credential, such as an access token: it may be sent in an HTTP header. */
export const CREDENTIAL = /^(?! )[\x20-\x7e]{1,8192}(?<! )$/;

/** What {@link CREDENTIAL} demands, as the end of an error. */
export const CREDENTIAL_RULE = "must be 1 to 8192 printable ASCII characters without surrounding spaces";
