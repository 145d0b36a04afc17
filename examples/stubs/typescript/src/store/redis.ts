// The store of many instances: Redis 6.2 or later, or Valkey. Every operation is one call of `apply.lua`.

import { readFileSync } from "node:fs";
import { createClient, defineScript } from "redis";
import { log, text } from "../log.js";
import { type Ops, type Store, StoreError } from "./store.js";

/** No command waits longer, in milliseconds: a callback is answered 503 rather than late. */
const PATIENCE = 800;
const RETRY = 200;

const apply = defineScript({
  // The compiled file lies in `dist/src/store/`; the script is not compiled and stays where it is.
  SCRIPT: readFileSync(new URL("../../../src/store/apply.lua", import.meta.url), "utf8"),
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, prefix: string, argument: string, me: string) {
    parser.pushKey(prefix);
    parser.push(argument, me);
  },
  transformReply: (reply: unknown) => String(reply),
});

/** A client that connects whenever it can. Its errors are not logged: every command that fails says so itself. */
function connect(url: string) {
  const client = createClient({
    url,
    scripts: { apply },
    commandOptions: { timeout: PATIENCE },
    socket: { connectTimeout: PATIENCE, reconnectStrategy: RETRY },
  });
  client.on("error", () => {});
  client.connect().catch(() => {});
  return client;
}

/** Begins anew: a connection that is silent may be dead without anyone having said so. */
function reconnect(client: ReturnType<typeof connect>): void {
  if (client.isOpen) client.destroy();
  client.connect().catch(() => {});
}

export class RedisStore implements Store {
  private readonly client: ReturnType<typeof connect>;
  private readonly subscriber: ReturnType<typeof connect>;
  private readonly prefix: string;
  private readonly hints: (() => void)[] = [];

  /** Connects in the background: a Redis that is down now is used once it is back. `me` is this instance's name. */
  constructor(
    url: string,
    service: string,
    private readonly me: string,
  ) {
    this.prefix = `cb:{${service}}:`;
    this.client = connect(url);
    this.client.once("ready", () => void this.warnIfEvicting());
    this.subscriber = connect(url);
    const hint = () => this.hints.forEach((hint) => hint());
    // Each subscription, first or renewed, counts as a change.
    const subscribe = () => this.subscriber.subscribe(`${this.prefix}changed`, hint).then(hint, () => {});
    this.subscriber.on("ready", () => void subscribe());
  }

  async run<K extends keyof Ops>(op: K, argument: Ops[K][0]): Promise<Ops[K][1]> {
    let timer: NodeJS.Timeout | undefined;
    // The client's own timeout ends where the command is sent; this one covers the answer too.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer from Redis within ${PATIENCE} ms`));
        if (this.client.isReady) [this.client, this.subscriber].forEach(reconnect);
      }, PATIENCE);
    });
    try {
      const answer = this.client.apply(this.prefix, JSON.stringify({ ...argument, op }), this.me);
      return JSON.parse(await Promise.race([answer, late])) as Ops[K][1];
    } catch (error) {
      throw new StoreError(text(error));
    } finally {
      clearTimeout(timer);
    }
  }

  onChange(hint: () => void): void {
    this.hints.push(hint);
  }

  close(): void {
    for (const client of [this.client, this.subscriber]) if (client.isOpen) client.destroy();
  }

  /** Redis must not evict breakers to make room for a cache. */
  private async warnIfEvicting(): Promise<void> {
    const info = await this.client.info("memory").catch(() => "");
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? "noeviction";
    if (policy !== "noeviction") log.warn({ policy }, "redis may evict breakers: set maxmemory-policy to noeviction");
  }
}
