package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** Datadog's API by plain HTTP. No rule about breakers lives here. */
final class Datadog implements Source {
  private static final long PATIENCE_S = 5;
  private static final int PAGE = 1000;
  private static final int MAX_PAGES = 100;

  /** A monitor of some ten thousand groups; more is no answer that Datadog gives. */
  private static final int MAX_ANSWER = 32 << 20;

  private final Settings settings;
  private final ExecutorService threads;
  private HttpClient client;

  Datadog(Settings settings, ExecutorService threads) {
    this.settings = settings;
    this.threads = threads;
  }

  @Override
  public Reading monitor(String id) {
    Reading reading =
        new Reading(get("/api/v1/monitor/" + id + "?group_states=all&with_downtimes=true"));
    if (!reading.id().equals(id)) {
      throw new SourceException(
          "asked for monitor `%s`, the answer is `%s`".formatted(id, reading.id()));
    }
    return reading;
  }

  @Override
  public List<String> known(String service) {
    String tag = "service:" + service;
    List<String> ids = new ArrayList<>();
    for (int page = 0; page < MAX_PAGES; page++) {
      JsonNode found =
          get("/api/v1/monitor?monitor_tags=%s&page=%d&page_size=%d".formatted(tag, page, PAGE));
      if (!found.isArray()) {
        throw new SourceException("the list of monitors is no list");
      }
      for (JsonNode raw : found) {
        Reading monitor = new Reading(raw);
        if (monitor.tags().contains(tag) && monitor.tag("circuit_breaker").isPresent()) {
          ids.add(monitor.id());
        }
      }
      if (found.size() < PAGE) {
        break;
      }
    }
    return ids;
  }

  @Override
  public Map<String, Object> event(String id) {
    JsonNode event = get("/api/v1/events/" + URLEncoder.encode(id, UTF_8)).path("event");
    if (!event.isObject()) {
      throw new SourceException("event `" + id + "`: the answer holds no event");
    }
    return Json.MAPPER.convertValue(event, new TypeReference<>() {});
  }

  /**
   * In a thread of its own, so that the limit covers the body too: the client's covers what comes
   * before.
   */
  private JsonNode get(String path) {
    Future<JsonNode> answer = threads.submit(() -> fetch(path));
    try {
      return answer.get(PATIENCE_S, SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new SourceException(
          "GET " + path + ": " + (cause.getMessage() == null ? cause : cause.getMessage()));
    } catch (TimeoutException e) {
      throw new SourceException("GET " + path + ": no answer within " + PATIENCE_S + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException("GET " + path + ": the service ends");
    } finally {
      answer.cancel(true);
    }
  }

  private JsonNode fetch(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(settings.datadogUrl + path))
            .header("dd-api-key", settings.apiKey)
            .header("dd-application-key", settings.appKey)
            .build();
    var answer = client().send(request, BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException("status " + answer.statusCode());
      }
      return Json.MAPPER.readTree(body.readNBytes(MAX_ANSWER));
    }
  }

  /**
   * Made late, because reading the system's certificates takes a while; it follows no redirects,
   * which would carry the keys along.
   */
  private synchronized HttpClient client() {
    if (client == null) {
      client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }
    return client;
  }
}
