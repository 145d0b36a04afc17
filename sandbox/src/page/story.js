// What the page knows: the state as it is, what happened so far, and what follows from both. No elements here.

export class Story {
  state = null;
  entries = [];
  /** By monitor: what its query measured. */
  values = new Map();
  live = false;
  /** Kinds of happenings of the last moment, for the picture. */
  fresh = new Map();
  chosen = { notice: null, monitor: null };
  #fetched = 0;

  take(state) {
    this.state = state;
    this.#fetched = performance.now();
  }

  /** Adds happenings that are not known yet, in order. */
  add(entries) {
    for (const entry of entries) {
      if (entry.id <= this.last) continue;
      if (entry.kind === "reset") this.entries = [];
      this.entries.push(entry);
      this.fresh.set(entry.kind, performance.now());
    }
  }

  get last() {
    return this.entries.at(-1)?.id ?? 0;
  }

  /** Whether something of a kind happened just now. */
  pulses(...kinds) {
    return kinds.some((kind) => performance.now() - (this.fresh.get(kind) ?? -Infinity) < 1500);
  }

  /** The virtual clock, which goes on between two answers. */
  now() {
    const { virtual_ms, speed } = this.state.clock;
    return virtual_ms + (performance.now() - this.#fetched) * speed;
  }

  monitor(id) {
    return this.state.monitors.find((monitor) => monitor.id === id);
  }

  /** The stretches of one status of a group, oldest first. */
  stretches(monitorId, group) {
    const changes = this.entries.filter(
      ({ kind, data }) => kind === "transition" && data.monitor_id === monitorId && data.group === group,
    );
    const starts = changes.map(({ at_ms, data }) => ({ from: at_ms, status: data.to, value: data.value, muted: data.muted }));
    return starts.map((start, i) => ({ ...start, to: starts[i + 1]?.from ?? this.now() }));
  }

  /** When the first group changed for the first time. */
  begin() {
    return this.entries.find(({ kind }) => kind === "transition")?.at_ms ?? this.now();
  }

  /** Every notification with its deliveries, newest first; then what was published by hand. */
  journeys() {
    const { notifications, deliveries } = this.state;
    const told = notifications.map((notice) => ({
      key: notice.event_id,
      notice,
      deliveries: deliveries.filter((delivery) => delivery.event_id === notice.event_id),
    }));
    const byHand = deliveries
      .filter((delivery) => !delivery.event_id)
      .map((delivery) => ({ key: delivery.id, notice: null, deliveries: [delivery] }));
    return [...byHand.reverse(), ...told.reverse()];
  }

  /** When a notification was told, if that is still known. */
  toldAt(eventId) {
    return this.entries.find(({ kind, data }) => kind === "notification" && data.event_id === eventId)?.at_ms;
  }

  chosenJourney() {
    const journeys = this.journeys();
    return journeys.find(({ key }) => key === this.chosen.notice) ?? journeys[0];
  }
}
