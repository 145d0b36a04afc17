-- Every write and the one read of the breaker's store: one script, the same file in every language, so that each is atomic.
--   KEYS[1]  the prefix `cb:{service}:` (one slot)
--   ARGV[1]  the operation, a JSON object: `op` is a name of `ops` below, the rest its argument
--   ARGV[2]  this instance's name
-- Answers JSON text. Times are milliseconds of the callers' clock; a fence is in microseconds of Redis' clock, below 2^53.
local prefix, argument, me = KEYS[1], cjson.decode(ARGV[1]), ARGV[2]
local ops, rank = {}, { closed = 0, degraded = 1, open = 2 }

local function key(name) return prefix .. name end
local function digits(number) return string.format('%.0f', number) end
local function state_key(breaker, monitor) return key('state:' .. breaker .. ':' .. monitor) end
local function list(items) return '[' .. table.concat(items, ',') .. ']' end
local function changed() redis.call('PUBLISH', key('changed'), argument.monitor or '') end
local function item(id, event) return '{"id":' .. cjson.encode(id) .. ',"event":' .. event .. '}' end

-- The audit stream is the outbox too: the entry is pending for this instance until its hook has run.
local function emit(event)
  redis.pcall('XGROUP', 'CREATE', key('audit'), 'hooks', '0', 'MKSTREAM')
  local id = redis.call('XADD', key('audit'), 'MAXLEN', '~', 10000, '*', 'event', event)
  redis.call('XREADGROUP', 'GROUP', 'hooks', me, 'COUNT', 1, 'STREAMS', key('audit'), '>')
  return item(id, event)
end

-- Monotone over a flush or a failover, up to clock skew: the last number, or the time where that is later.
function ops.fence()
  local now = redis.call('TIME')
  local seq = math.max(tonumber(redis.call('GET', key('seq')) or '0') + 1, now[1] * 1000000 + now[2])
  redis.call('SET', key('seq'), digits(seq))
  return digits(seq)
end

-- monitor, now
function ops.dirty()
  redis.call('SADD', key('monitors'), argument.monitor)
  redis.call('HSET', key('meta:' .. argument.monitor), 'dirty', digits(argument.now))
  return 'null'
end

-- monitor, now, why
function ops.failed()
  local meta = key('meta:' .. argument.monitor)
  redis.call('SADD', key('monitors'), argument.monitor)
  redis.call('HSET', meta, 'tried', digits(argument.now), 'source', argument.why)
  redis.call('HINCRBY', meta, 'fails', 1)
  changed()
  return 'null'
end

-- One group's entry: a changed level is announced, and the lease is renewed either way.
local function put(state, group, entry, level, out)
  if level ~= entry.level then
    entry.was, entry.level, entry.since = entry.level, level, argument.now
    out[#out + 1] = emit(cjson.encode({ kind = 'change', breaker = argument.breaker, monitor = argument.monitor,
      group = group, from = entry.was, to = level, at = argument.now }))
  end
  entry.lease = argument.now + argument.lease
  redis.call('HSET', state, group, cjson.encode(entry))
end

-- A level of null holds the stored one; without `raise` a group may close or ease, but not get worse.
local function wanted(want, entry)
  if want.level == cjson.null or (rank[want.level] > rank[entry.level] and not want.raise) then return entry.level end
  return want.level
end

-- An open group that a complete answer does not name is held for `absent_after`, then closed, and later dropped.
local function absent(state, group, entry, out)
  entry.absent = entry.absent or argument.now
  if argument.now - entry.absent < argument.absent_after then return put(state, group, entry, entry.level, out) end
  if entry.level == 'closed' then return redis.call('HDEL', state, group) end
  entry.absent = argument.now
  return put(state, group, entry, 'closed', out)
end

-- monitor, breaker, seq, now, lease, absent_after, source, complete, groups {group: {level, raise}}
function ops.apply()
  local meta, state = key('meta:' .. argument.monitor), state_key(argument.breaker, argument.monitor)
  redis.call('SADD', key('monitors'), argument.monitor)
  redis.call('HSET', meta, 'tried', digits(argument.now))
  if argument.seq <= tonumber(redis.call('HGET', meta, 'applied') or '0') then
    redis.call('HSET', meta, 'dirty', digits(argument.now))
    return '{"applied":false,"items":[]}'
  end
  local former = redis.call('HGET', meta, 'breaker')
  if former and former ~= argument.breaker then redis.call('DEL', state_key(former, argument.monitor)) end
  redis.call('HSET', meta, 'applied', digits(argument.seq), 'breaker', argument.breaker, 'source', argument.source,
    'fails', '0')
  local out, stored, fields = {}, {}, redis.call('HGETALL', state)
  for i = 1, #fields, 2 do stored[fields[i]] = cjson.decode(fields[i + 1]) end
  for group, want in pairs(argument.groups) do
    local entry = stored[group] or { level = 'closed', was = 'closed', since = argument.now }
    entry.absent = nil
    put(state, group, entry, wanted(want, entry), out)
  end
  for group, entry in pairs(stored) do
    if argument.complete and not argument.groups[group] then absent(state, group, entry, out) end
  end
  changed()
  return '{"applied":true,"items":' .. list(out) .. '}'
end

-- monitor
function ops.forget()
  local meta = key('meta:' .. argument.monitor)
  redis.call('DEL', meta, state_key(redis.call('HGET', meta, 'breaker') or '', argument.monitor))
  redis.call('SREM', key('monitors'), argument.monitor)
  changed()
  return 'null'
end

-- event: its JSON text
function ops.emit() return emit(argument.event) end

-- id
function ops.ack()
  redis.call('XACK', key('audit'), 'hooks', argument.id)
  return 'null'
end

-- idle: entries that nobody has acknowledged for so many milliseconds become this instance's
function ops.orphans()
  local out, answer = {}, redis.pcall('XAUTOCLAIM', key('audit'), 'hooks', me, argument.idle, '0-0', 'COUNT', 100)
  for _, entry in ipairs(answer[2] or {}) do
    if entry and entry[2] then out[#out + 1] = item(entry[1], entry[2][2]) end
  end
  return list(out)
end

-- breaker, group, mode, actor, reason, until
function ops.override()
  local field, new = argument.breaker .. ' ' .. argument.group, { kind = 'override' }
  for _, name in ipairs({ 'breaker', 'group', 'mode', 'actor', 'reason', 'until' }) do new[name] = argument[name] end
  if new.mode == 'clear' then
    redis.call('HDEL', key('override'), field)
  else
    redis.call('HSET', key('override'), field, cjson.encode(new))
  end
  changed()
  return emit(cjson.encode(new))
end

-- Everything a snapshot holds; stored JSON is joined as it stands, so that numbers keep their digits.
function ops.load()
  local monitors = {}
  for _, id in ipairs(redis.call('SMEMBERS', key('monitors'))) do
    local meta, groups, fields = {}, {}, redis.call('HGETALL', key('meta:' .. id))
    for i = 1, #fields, 2 do meta[fields[i]] = fields[i + 1] end
    local state = redis.call('HGETALL', state_key(meta.breaker or '', id))
    for i = 1, #state, 2 do groups[#groups + 1] = cjson.encode(state[i]) .. ':' .. state[i + 1] end
    monitors[#monitors + 1] = cjson.encode(id) .. ':{"breaker":' .. cjson.encode(meta.breaker or id)
      .. ',"applied":' .. (meta.applied or '0') .. ',"dirty":' .. (meta.dirty or '0') .. ',"tried":' .. (meta.tried or '0')
      .. ',"fails":' .. (meta.fails or '0') .. ',"source":' .. cjson.encode(meta.source or 'unread')
      .. ',"groups":{' .. table.concat(groups, ',') .. '}}'
  end
  local overrides, fields = {}, redis.call('HGETALL', key('override'))
  for i = 1, #fields, 2 do overrides[#overrides + 1] = cjson.encode(fields[i]) .. ':' .. fields[i + 1] end
  return '{"monitors":{' .. table.concat(monitors, ',') .. '},"overrides":{' .. table.concat(overrides, ',') .. '}}'
end

-- ttl: take or keep the poller's lease for so many milliseconds; 0 gives it up
function ops.lead()
  local poller = key('poller')
  local mine = redis.call('GET', poller) == me
  if argument.ttl == 0 then
    if mine then redis.call('DEL', poller) end
    return 'false'
  end
  if mine then redis.call('PEXPIRE', poller, argument.ttl) return 'true' end
  return redis.call('SET', poller, me, 'NX', 'PX', argument.ttl) and 'true' or 'false'
end

return ops[argument.op]()
