/** What Meta's list of error codes says of one. Defaults: HTTP status 400, not transient. */
interface GraphErrorEntry {
  title: string;
  httpStatus?: number;
  subcode?: number;
  isTransient?: boolean;
}

const ENTRIES: Record<number, GraphErrorEntry> = {
  0: { title: "AuthException", httpStatus: 401 },
  1: { title: "API Unknown", httpStatus: 500, isTransient: true },
  2: { title: "API Service", httpStatus: 503, isTransient: true },
  3: { title: "API Method", httpStatus: 500 },
  4: { title: "API Too Many Calls", isTransient: true },
  10: { title: "Permission Denied", httpStatus: 403 },
  33: { title: "Parameter value is not valid" },
  100: { title: "Invalid parameter" },
  190: { title: "Access token has expired", httpStatus: 401, subcode: 463 },
  368: { title: "Temporarily blocked for policies violations", httpStatus: 403 },
  80007: { title: "Rate limit issues", isTransient: true },
  130403: { title: "Business has blocked the user" },
  130429: { title: "Rate limit hit", httpStatus: 429, isTransient: true },
  130472: { title: "User's number is part of an experiment" },
  130497: { title: "Business account is restricted from messaging users in this country", httpStatus: 403 },
  131000: { title: "Something went wrong", httpStatus: 500 },
  131005: { title: "Access denied", httpStatus: 403 },
  131008: { title: "Required parameter is missing" },
  131009: { title: "Parameter value is not valid" },
  131016: { title: "Service unavailable", httpStatus: 500, isTransient: true },
  131020: { title: "Group is not valid" },
  131021: { title: "Recipient cannot be sender" },
  131026: { title: "Message undeliverable" },
  131030: { title: "Recipient phone number not in allowed list" },
  131031: { title: "Business account has been locked", httpStatus: 403 },
  131037: { title: "WhatsApp provided number needs display name approval before message can be sent" },
  131041: { title: "Group messaging is not available" },
  131042: { title: "Business eligibility payment issue" },
  131044: { title: "Business eligibility: no payment method" },
  131045: { title: "Incorrect certificate", httpStatus: 500 },
  131047: { title: "Re-engagement message" },
  131048: { title: "Spam rate limit hit" },
  131049: { title: "This message was not delivered to maintain healthy ecosystem engagement" },
  131050: { title: "User has stopped marketing messages from this business" },
  131051: { title: "Unsupported message type" },
  131052: { title: "Media download error" },
  131053: { title: "Media upload error" },
  131055: { title: "Method not allowed" },
  131056: { title: "(Business Account, Consumer Account) pair rate limit hit" },
  131057: { title: "Business account is in maintenance mode", httpStatus: 500, isTransient: true },
  131059: { title: "Invalid cursor" },
  131062: { title: "Business-scoped user id is not allowed for this message" },
  131063: { title: "Marketing messages are not allowed for this number" },
  131064: { title: "Template category misuse limit hit" },
  131201: { title: "Partial success", httpStatus: 206 },
  131208: { title: "Group rate limit hit", httpStatus: 429 },
  132000: { title: "Number of parameters does not match the expected number of params" },
  132001: { title: "Template name does not exist in the translation", httpStatus: 404 },
  132005: { title: "Translated text too long" },
  132007: { title: "Template format character policy violated" },
  132008: { title: "Template parameter is not valid" },
  132012: { title: "Parameter format does not match format in the created template" },
  132015: { title: "Template is paused" },
  132016: { title: "Template is disabled" },
  132018: { title: "Issue with the parameters in the template" },
  132068: { title: "Flow is in blocked state" },
  132069: { title: "Flow is in throttled state" },
  133000: { title: "Deregistration incomplete", httpStatus: 500 },
  133004: { title: "Server temporarily unavailable", httpStatus: 503, isTransient: true },
  133005: { title: "Two-step verification PIN mismatch" },
  133006: { title: "Phone number re-verification needed" },
  133008: { title: "Too many two-step verification PIN guesses" },
  133009: { title: "Two-step verification PIN guessed too fast" },
  133010: { title: "Phone number not registered" },
  133015: { title: "Please wait a few minutes before attempting to register this phone number" },
  133016: { title: "Account register/deregister rate limit exceeded" },
  134011: { title: "WhatsApp Payments terms of service have not been accepted" },
  134100: { title: "Only marketing messages are supported here" },
  134101: { title: "Template is still synchronising" },
  135000: { title: "Generic user error" },
  137000: { title: "Recipient identity key hash mismatch" },
  138009: { title: "Call permission request limit hit" },
  139102: { title: "Block list is being updated", isTransient: true },
  2494100: { title: "Business account is in maintenance mode", httpStatus: 500, isTransient: true },
};

/** Codes that share a meaning, where no entry of their own says more: first, last, what they are about. */
const FAMILIES: readonly (readonly [number, number, GraphErrorEntry])[] = [
  [200, 299, { title: "API Permission", httpStatus: 403 }],
  [470, 470, { title: "Re-engagement message" }],
  [131201, 131215, { title: "Group request failed" }],
  [138000, 138023, { title: "Calling request failed" }],
  [139000, 139006, { title: "Flow request failed" }],
  [139100, 139103, { title: "Block request failed" }],
  [2388000, 2388999, { title: "Invalid message template" }],
  [2593107, 2593109, { title: "Synchronisation request failed" }],
];

/** What Meta says with a code; of one that is in no list, only that it is an error, HTTP 400. */
export function describeError(code: number): GraphErrorEntry {
  return ENTRIES[code] ?? familyOf(code) ?? { title: "Unknown error" };
}

function familyOf(code: number): GraphErrorEntry | undefined {
  return FAMILIES.find(([first, last]) => first <= code && code <= last)?.[2];
}
