// The one clock every timer follows: system time plus an offset that only the conformance port moves. No timer lives here.

/** The longest that `setTimeout` takes; a longer sleep is several. */
const LONGEST = 2 ** 31 - 1;

/** Milliseconds since 1970, shiftable; signatures alone are checked against the wall clock. */
export class Clock {
  private offset = 0;
  private readonly sleepers = new Set<() => void>();

  now(): number {
    return Date.now() + this.offset;
  }

  /** Moves the clock forward and wakes every sleeper, so that whatever became due happens now. */
  advance(ms: number): void {
    this.offset += ms;
    for (const wake of [...this.sleepers]) wake();
  }

  /** Resolves after `ms` of this clock's time, or at once when `stop` aborts. */
  async sleep(ms: number, stop: AbortSignal): Promise<void> {
    const at = this.now() + ms;
    while (this.now() < at && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.sleepers.delete(wake);
          stop.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(at - this.now(), LONGEST));
        this.sleepers.add(wake);
        stop.addEventListener("abort", wake);
      });
    }
  }
}
