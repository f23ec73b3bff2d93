import { randomBytes } from "node:crypto";
import { Secret } from "otpauth";

/** A code that replaces one of the authenticator app, once. */
type RecoveryCode = {
  /** As it is hashed and compared. */
  plain: string;
  /** As users copy it: ABCD-EFGH-IJKL-MNOP. */
  shown: string;
};

const COUNT = 10;
/** 80 bits, so that a hash of a code cannot be reversed by trying all codes: 16 characters of base32. */
const BYTES = 10;

export function newRecoveryCodes(): RecoveryCode[] {
  return Array.from({ length: COUNT }, () => {
    const plain = new Secret({ buffer: new Uint8Array(randomBytes(BYTES)).buffer }).base32;
    return { plain, shown: plain.replace(/(.{4})(?=.)/g, "$1-") };
  });
}
