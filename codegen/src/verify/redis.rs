//! The Redis behind the proxy: one of the suite's own, or the one that was named. A service only ever sees the proxy.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::process::{Child, Command};
use url::Url;

use super::error::{Error, Failure};
use super::proxy::{Line, Proxy};
use super::wait;

/// Deletes what a former run left, and nothing else: the named Redis may be somebody's.
const CLEAR: &str =
    "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return 1";
/// Counts the entries of a service's audit stream that hold all the given texts.
const COUNT: &str = "local n = 0
for _, entry in ipairs(redis.call('XRANGE', ARGV[1], '-', '+')) do
  local holds = true
  for i = 2, #ARGV do holds = holds and entry[2][2]:find(ARGV[i], 1, true) end
  if holds then n = n + 1 end
end
return n";

/// The groups of one monitor's state with their levels, on one line in the order of their names.
const LEVELS: &str = "local fields, out = redis.call('HGETALL', ARGV[1]), {}
for i = 1, #fields, 2 do out[#out + 1] = fields[i] .. '=' .. cjson.decode(fields[i + 1]).level end
table.sort(out)
return redis.status_reply(table.concat(out, ' '))";
/// More than any line that is asked for holds.
const LINE: u64 = 1 << 20;

/// A Redis, and the line to it.
pub(super) struct Redis {
    upstream: SocketAddr,
    proxy: Proxy,
    prefix: String,
    _child: Option<Child>,
}

impl Redis {
    /// Uses the Redis at `url`, or starts a `redis-server` that keeps nothing on disk; the proxy listens at `listen`.
    pub(super) async fn start(
        url: Option<&str>,
        listen: SocketAddr,
        service: &str,
    ) -> Result<Self, Error> {
        let (upstream, child) = match url {
            Some(url) => (address(url).await?, None),
            None => {
                let (upstream, child) = spawn().await.map_err(|source| Error::Part {
                    what: "redis-server",
                    source,
                    remedy: "install Redis 6.2 or later, name one with `--redis-url`, or verify with `--store memory`",
                })?;
                (upstream, Some(child))
            }
        };
        let proxy = Proxy::start(listen, upstream)
            .await
            .map_err(|source| Error::Part {
                what: "the proxy before Redis",
                source,
                remedy: "choose a free address with `--redis-listen`",
            })?;
        let prefix = format!("cb:{{{service}}}:");
        Ok(Self {
            upstream,
            proxy,
            prefix,
            _child: child,
        })
    }

    /// What a service's `REDIS_URL` is to be.
    pub(super) fn url(&self) -> String {
        format!("redis://{}", self.proxy.address())
    }

    /// The same past the proxy.
    pub(super) fn direct_url(&self) -> String {
        format!("redis://{}", self.upstream)
    }

    /// Changes what becomes of the services' connections.
    pub(super) fn line(&self, line: Line) {
        self.proxy.set(line);
    }

    /// Forgets all that the service stored, as after a loss of Redis.
    pub(super) async fn clear(&self) -> Result<(), Failure> {
        let pattern = format!("{}*", self.prefix);
        self.command(&["EVAL", CLEAR, "0", &pattern])
            .await
            .map(drop)
    }

    /// How many entries of the audit stream hold all of `texts`.
    pub(super) async fn audited(&self, texts: &[&str]) -> Result<u32, Failure> {
        let stream = format!("{}audit", self.prefix);
        let mut words = vec!["EVAL", COUNT, "0", &stream];
        words.extend(texts);
        let answer = self.command(&words).await?;
        let number = answer.strip_prefix(':').and_then(|n| n.parse().ok());
        number.ok_or_else(|| Failure(format!("redis answers `{answer}` where a number was asked")))
    }

    /// What is stored of a monitor: `group=level` in the order of the groups, separated by blanks.
    pub(super) async fn levels(&self, breaker: &str, monitor: &str) -> Result<String, Failure> {
        let state = format!("{}state:{breaker}:{monitor}", self.prefix);
        let answer = self.command(&["EVAL", LEVELS, "0", &state]).await?;
        Ok(answer.trim_start_matches('+').to_owned())
    }

    /// Sends one command past the proxy and returns the first line of the answer.
    async fn command(&self, words: &[&str]) -> Result<String, Failure> {
        let answer = command(self.upstream, words)
            .await
            .map_err(|error| Failure(format!("redis: {error}")))?;
        match answer.strip_prefix('-') {
            Some(error) => Err(Failure(format!("redis: {error}"))),
            None => Ok(answer),
        }
    }
}

async fn address(url: &str) -> Result<SocketAddr, Error> {
    let wrong = || Error::RedisUrl(url.to_owned());
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    let plain =
        parsed.scheme() == "redis" && parsed.password().is_none() && parsed.username().is_empty();
    let host = parsed.host_str().filter(|_| plain).ok_or_else(wrong)?;
    let mut found = lookup_host((host, parsed.port().unwrap_or(6379)))
        .await
        .map_err(|_| wrong())?;
    found.next().ok_or_else(wrong)
}

async fn spawn() -> io::Result<(SocketAddr, Child)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port();
    let mut child = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(["--maxmemory-policy", "noeviction"])
        .args(["--port", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?).lines();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let up = async || Ok(command(upstream, &["PING"]).await.ok());
    wait::until(Duration::from_secs(10), "an answer to PING", up)
        .await
        .map_err(|Failure(what)| io::Error::other(what))?;
    Ok((upstream, child))
}

/// One command in RESP; the first line of its answer is enough for all that is asked here.
async fn command(upstream: SocketAddr, words: &[&str]) -> io::Result<String> {
    let mut stream = TcpStream::connect(upstream).await?;
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text += &format!("${}\r\n{word}\r\n", word.len());
    }
    stream.write_all(text.as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE))
        .read_line(&mut line)
        .await?;
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[tokio::test]
    async fn only_a_plain_redis_is_taken() {
        assert!(address("redis://127.0.0.1:7000").await.is_ok());
        for wrong in [
            "rediss://127.0.0.1:1",
            "redis://:p@127.0.0.1:1",
            "127.0.0.1:1",
            "http://a:1",
        ] {
            let error = address(wrong).await.expect_err(wrong);
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }
}
