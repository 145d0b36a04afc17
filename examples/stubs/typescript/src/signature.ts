// Who may call: Standard Webhooks signatures under any of several keys. Keys never reach a log.

import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";

/** The keys of `CB_SIGNING_KEYS`; several while one is being rotated out. */
export class SigningKeys {
  readonly #keys: Webhook[];

  /** Reads `whsec_…` keys separated by spaces or commas. The error is the remedy and quotes no key. */
  constructor(keys: string) {
    this.#keys = keys.split(/[ ,]+/).filter(Boolean).map(webhook);
    if (this.#keys.length === 0) throw new Error("set it to the dispatcher's `whsec_…` key");
  }

  /** True if one key signed exactly this body less than five minutes from now, by the wall clock. */
  verify(headers: IncomingHttpHeaders, body: Buffer): boolean {
    return this.#keys.some((key) => {
      try {
        key.verify(body, headers as Record<string, string>, { jsonParse: false });
        return true;
      } catch {
        return false;
      }
    });
  }
}

function webhook(key: string): Webhook {
  if (!key.startsWith("whsec_")) {
    throw new Error("a key does not start with `whsec_`: use `whsec_$(openssl rand -base64 32)`");
  }
  if (key.length < 38) throw new Error("a key is shorter than 24 bytes: use `whsec_$(openssl rand -base64 32)`");
  try {
    return new Webhook(key);
  } catch {
    throw new Error("a key is not base64 after `whsec_`");
  }
}
