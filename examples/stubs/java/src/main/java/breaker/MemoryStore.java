package breaker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The store of one process, for a laptop: the rules of {@code apply.lua} on maps of values that
 * never change. A restart forgets it; the known monitors heal it.
 */
final class MemoryStore implements Store {
  private record Pending(JsonNode event, long since) {}

  private final Clock clock;
  private final Map<String, MonitorState> monitors = new HashMap<>();
  private final Map<String, Forced> overrides = new HashMap<>();

  /** What no hook has acknowledged, in order, and when it was last handed out. */
  private final Map<String, Pending> pending = new LinkedHashMap<>();

  private Runnable hint = () -> {};
  private long seq;
  private long emitted;

  MemoryStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized long fence() {
    seq = Math.max(seq + 1, clock.now() * 1000);
    return seq;
  }

  @Override
  public synchronized void dirty(String monitor, long now) {
    MonitorState m = state(monitor);
    monitors.put(
        monitor,
        new MonitorState(
            m.breaker(), m.applied(), now, m.tried(), m.fails(), m.source(), m.groups()));
    hint.run();
  }

  @Override
  public synchronized void failed(String monitor, long now, String why) {
    MonitorState m = state(monitor);
    monitors.put(
        monitor,
        new MonitorState(m.breaker(), m.applied(), m.dirty(), now, m.fails() + 1, why, m.groups()));
    hint.run();
  }

  @Override
  public synchronized Outcome apply(Update update) {
    long now = update.now();
    MonitorState m = state(update.monitor());
    if (update.seq() <= m.applied()) {
      monitors.put(
          update.monitor(),
          new MonitorState(m.breaker(), m.applied(), now, now, m.fails(), m.source(), m.groups()));
      return new Outcome(false, List.of());
    }
    Map<String, Entry> stored = m.breaker().equals(update.breaker()) ? m.groups() : Map.of();
    Map<String, Entry> groups = new HashMap<>();
    stored.forEach(
        (group, entry) -> {
          Entry kept = update.complete() ? absent(update, entry) : entry;
          if (kept != null) {
            groups.put(group, kept);
          }
        });
    update
        .groups()
        .forEach(
            (group, want) -> {
              Entry entry =
                  stored.getOrDefault(group, new Entry(Level.CLOSED, Level.CLOSED, now, now, 0));
              groups.put(group, put(update, entry, want.over(entry.level()), 0));
            });
    List<Item> items = new ArrayList<>();
    groups.forEach(
        (group, entry) -> {
          Entry old = stored.get(group);
          Level from = old == null ? Level.CLOSED : old.level();
          if (entry.level() != from) {
            items.add(
                emit(
                    "change",
                    new Hooks.Change(
                        update.breaker(), update.monitor(), group, from, entry.level(), now)));
          }
        });
    monitors.put(
        update.monitor(),
        new MonitorState(
            update.breaker(),
            update.seq(),
            m.dirty(),
            now,
            0,
            update.source(),
            Map.copyOf(groups)));
    hint.run();
    return new Outcome(true, items);
  }

  private static Entry put(Update update, Entry entry, Level level, long absent) {
    boolean same = level == entry.level();
    return new Entry(
        level,
        same ? entry.was() : entry.level(),
        same ? entry.since() : update.now(),
        update.now() + update.lease(),
        absent);
  }

  /**
   * An open group that a complete answer does not name is held for a while, then closed, and later
   * dropped (null).
   */
  private static Entry absent(Update update, Entry entry) {
    long since = entry.absent() == 0 ? update.now() : entry.absent();
    if (update.now() - since < update.absentAfter()) {
      return put(update, entry, entry.level(), since);
    }
    return entry.level() == Level.CLOSED ? null : put(update, entry, Level.CLOSED, update.now());
  }

  @Override
  public synchronized void forget(String monitor) {
    monitors.remove(monitor);
    hint.run();
  }

  @Override
  public synchronized Item emit(String event) {
    try {
      String id = String.valueOf(++emitted);
      pending.put(id, new Pending(Json.MAPPER.readTree(event), clock.now()));
      return new Item(id, pending.get(id).event());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Item emit(String kind, Object event) {
    ObjectNode json = Json.MAPPER.valueToTree(event);
    return emit(json.put("kind", kind).toString());
  }

  @Override
  public synchronized void ack(String id) {
    pending.remove(id);
  }

  @Override
  public synchronized List<Item> orphans(long idle) {
    List<Item> items = new ArrayList<>();
    long now = clock.now();
    pending.replaceAll(
        (id, entry) -> {
          if (now - entry.since() < idle) {
            return entry;
          }
          items.add(new Item(id, entry.event()));
          return new Pending(entry.event(), now);
        });
    return items;
  }

  @Override
  public synchronized Item override(Forced forced) {
    String field = forced.breaker() + " " + forced.group();
    if (forced.mode().equals("clear")) {
      overrides.remove(field);
    } else {
      overrides.put(field, forced);
    }
    hint.run();
    return emit("override", forced);
  }

  @Override
  public synchronized Contents load() {
    return new Contents(Map.copyOf(monitors), Map.copyOf(overrides));
  }

  @Override
  public boolean lead(long ttl) {
    return ttl > 0;
  }

  @Override
  public void onChange(Runnable hint) {
    this.hint = hint;
  }

  private MonitorState state(String monitor) {
    return monitors.getOrDefault(monitor, MonitorState.UNREAD);
  }
}
