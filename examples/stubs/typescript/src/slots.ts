// Coalescing: while one monitor is being read, later callers wait and share the next reading.

/** One slot a key. */
export class Slots<T> {
  private readonly last = new Map<string, Promise<T>>();
  private readonly waiting = new Map<string, Promise<T>>();

  /** Runs `read`, or shares a run that begins after this call: one that is under way may have missed the caller's cause. */
  share(key: string, read: () => Promise<T>): Promise<T> {
    const waiting = this.waiting.get(key);
    if (waiting) return waiting;
    const before = this.last.get(key);
    const begin = () => {
      this.waiting.delete(key);
      return read();
    };
    const reading = before ? before.then(begin, begin) : read();
    if (before) this.waiting.set(key, reading);
    this.last.set(key, reading);
    const done = () => {
      if (this.last.get(key) === reading) this.last.delete(key);
    };
    reading.then(done, done);
    return reading;
  }
}
