package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of many instances: Redis 6.2 or later, or Valkey. Every operation is one call of {@code
 * apply.lua}.
 */
final class RedisStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(RedisStore.class);

  /** No command waits longer: a callback is answered 503 rather than late. */
  private static final Duration PATIENCE = Duration.ofMillis(800);

  private final RedisClient client;
  private final RedisURI uri;
  private final String prefix;
  private final String me;
  private final String script = script();
  private final Slot<Connections> connecting = new Slot<>();
  private volatile Connections connections;
  private volatile Runnable hint = () -> {};

  private record Connections(
      StatefulRedisConnection<String, String> commands,
      StatefulRedisPubSubConnection<String, String> hints) {
    boolean open() {
      return commands.isOpen() && hints.isOpen();
    }

    void close() {
      commands.closeAsync();
      hints.closeAsync();
    }
  }

  /**
   * Connects at the first use: a Redis that is down now is used once it is back. {@code me} names
   * this instance.
   */
  RedisStore(String url, String service, String me) {
    try {
      uri = RedisURI.create(url);
    } catch (RuntimeException e) { // Its text may quote the URL, and that holds a password.
      throw new SettingException(
          "REDIS_URL", "(hidden)", "give redis://HOST:PORT or rediss://HOST:PORT");
    }
    uri.setTimeout(PATIENCE);
    client = RedisClient.create();
    // No reconnecting by itself: it sends again what was under way, and a write that is done twice
    // is refused as stale the
    // second time.
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(false)
            .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).build())
            .build());
    prefix = "cb:{" + service + "}:";
    this.me = me;
  }

  private static String script() {
    try (InputStream file = RedisStore.class.getResourceAsStream("apply.lua")) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> T run(String op, Object argument, TypeReference<T> answer) {
    Connections used = null;
    try {
      used = connections();
      ObjectNode json = Json.MAPPER.valueToTree(argument);
      String text = eval(used, json.put("op", op).toString());
      return Json.MAPPER.readValue(text, answer);
    } catch (
        RedisCommandTimeoutException
            e) { // What is silent may be dead without anyone having said so.
      if (used != null) {
        used.close();
      }
      throw new StoreException(e);
    } catch (IOException | RuntimeException e) {
      throw new StoreException(e);
    }
  }

  private String eval(Connections used, String argument) {
    var redis = used.commands().sync();
    String[] keys = {prefix};
    try {
      return redis.evalsha(redis.digest(script), ScriptOutputType.VALUE, keys, argument, me);
    } catch (RedisNoScriptException e) {
      return redis.eval(script, ScriptOutputType.VALUE, keys, argument, me);
    }
  }

  private Connections connections() {
    Connections now = connections;
    return now != null && now.open() ? now : connecting.share(this::connect);
  }

  /** Each subscription, first or renewed, counts as a change. */
  private Connections connect() {
    if (connections != null) {
      if (connections.open()) {
        return connections;
      }
      connections.close();
    }
    var commands = client.connect(uri);
    var hints = client.connectPubSub(uri);
    hints.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void subscribed(String channel, long count) {
            hint.run();
          }

          @Override
          public void message(String channel, String message) {
            hint.run();
          }
        });
    hints.async().subscribe(prefix + "changed");
    if (connections == null) {
      commands.async().info("memory").thenAccept(RedisStore::warnIfEvicting);
    }
    connections = new Connections(commands, hints);
    return connections;
  }

  /** Redis must not evict breakers to make room for a cache. */
  private static void warnIfEvicting(String info) {
    Matcher policy = Pattern.compile("maxmemory_policy:(\\S+)").matcher(info);
    if (policy.find() && !policy.group(1).equals("noeviction")) {
      LOG.atWarn()
          .addKeyValue("policy", policy.group(1))
          .log("redis may evict breakers: set maxmemory-policy to noeviction");
    }
  }

  @Override
  public long fence() {
    return run("fence", Map.of(), new TypeReference<Long>() {});
  }

  @Override
  public void dirty(String monitor, long now) {
    run("dirty", Map.of("monitor", monitor, "now", now), new TypeReference<Void>() {});
  }

  @Override
  public void failed(String monitor, long now, String why) {
    run("failed", Map.of("monitor", monitor, "now", now, "why", why), new TypeReference<Void>() {});
  }

  @Override
  public Outcome apply(Update update) {
    return run("apply", update, new TypeReference<>() {});
  }

  @Override
  public void forget(String monitor) {
    run("forget", Map.of("monitor", monitor), new TypeReference<Void>() {});
  }

  @Override
  public Item emit(String event) {
    return run("emit", Map.of("event", event), new TypeReference<>() {});
  }

  @Override
  public void ack(String id) {
    run("ack", Map.of("id", id), new TypeReference<Void>() {});
  }

  @Override
  public List<Item> orphans(long idle) {
    return run("orphans", Map.of("idle", idle), new TypeReference<>() {});
  }

  @Override
  public Item override(Forced forced) {
    return run("override", forced, new TypeReference<>() {});
  }

  @Override
  public Contents load() {
    return run("load", Map.of(), new TypeReference<>() {});
  }

  @Override
  public boolean lead(long ttl) {
    return run("lead", Map.of("ttl", ttl), new TypeReference<Boolean>() {});
  }

  @Override
  public void onChange(Runnable hint) {
    this.hint = hint;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, PATIENCE);
  }
}
