-- Between the preamble and a command: repeats, and what commands share. The
-- command itself is a function that reads, decides, and ends with
-- emit(tickets, desks) or refuse(code).
--
-- ARGV[5] command id
-- ARGV[6] hash of the command
-- ARGV[7] kind of the command
-- ARGV[8] actor, as JSON
-- ARGV[9] channel of events
-- ARGV[10] the command, as JSON
-- Returns one of
--   EVENT, event      done, now or before
--   BEFORE, version   done before, and the log has it no more: the record has
--   REFUSED, code, epoch, version   nothing changed, now or before, in that state
--   OTHER             the id was used for another command
--   DAY               the day has not begun yet (day.lua)
--   PAST              of a day whose commands are not known any more
--   GONE, CLOSED, OLD, BEHIND, or NEWER and the epoch: see the preamble

local id, hash, kind = ARGV[5], ARGV[6], ARGV[7]

local wrong = fault()
if wrong then return {wrong, m.epoch} end

for _, day in ipairs({m.day, m.prev}) do
  local first = redis.call('HGET', key('c:' .. day), id)
  if first then
    local firstHash, version, refusal = string.match(first, '^(%S+) (%d+) ?(%S*)$')
    if firstHash ~= hash and firstHash ~= '-' then return {'OTHER'} end -- '-' was forgotten
    if refusal ~= '' then return {'REFUSED', refusal, m.epoch, version} end
    local entry = redis.call('XRANGE', key('log'), version .. '-0', version .. '-0')[1]
    if not entry then return {'BEFORE', version} end
    return {'EVENT', entry[2][2]}
  end
end

if kind ~= 'day' and ARGV[4] > m.day then return {'DAY'} end
if kind ~= 'day' and ARGV[4] < (m.prev or '') then return {'PAST'} end -- it may have been done: the ids of its day are gone

local cmd = cjson.decode(ARGV[10])
local now = math.max(tonumber(ARGV[3]), m.t)
local version = m.ver + 1
local atOnce = m.atOnce and cjson.decode(m.atOnce) or {}

local open = {waiting = true, called = true, serving = true, parked = true, missed = true}

local function refuse(code)
  error({refusal = code})
end

local function set(...)
  local s = {}
  for _, x in ipairs({...}) do s[x] = true end
  return s
end

local disturbed = m.disturbed and cjson.decode(m.disturbed) or {} -- services that nobody can serve now → since

-- sorted lists a set as tickets and desks hold it.
local function sorted(s)
  local list = {}
  for x in pairs(s) do list[#list + 1] = x end
  table.sort(list)
  return list
end

-- place is where a waiting ticket stands: its line (queue.LineOf) and its member there.
local function place(t)
  local line = table.concat(t.services, '+')
  for _, need in ipairs(t.needs or {}) do line = line .. '+!' .. need end
  return line, string.format('%08d', t.seq) .. t.id
end

local stood = {} -- ticket id → line and member that it has in Redis
local function remember(t)
  if t.state == 'waiting' then
    local line, member = place(t)
    stood[t.id] = {line = line, member = member}
  end
  return t
end

-- ticket reads a ticket that must be in one of the states.
local function ticket(ticketID, states)
  local text = redis.call('HGET', key('t'), ticketID)
  if not text then refuse('ticket-unknown') end
  local t = remember(cjson.decode(text))
  if not states[t.state] then refuse('wrong-state') end
  return t
end

local function desk(deskID)
  local text = redis.call('HGET', key('d'), deskID)
  if not text then refuse('desk-unknown') end
  return cjson.decode(text)
end

-- freeDesk reads a desk that must be open and without a ticket.
local function freeDesk(deskID)
  local d = desk(deskID)
  if d.state ~= 'open' then refuse('desk-not-open') end
  if d.ticket then refuse('desk-busy') end
  return d
end

-- atDesk reads the command's desk and the ticket that it must have: the one that
-- the command names, if it names one.
local function atDesk(...)
  local d = desk(cmd.desk)
  if not d.ticket then refuse('desk-idle') end
  if cmd.ticket and cmd.ticket ~= d.ticket then refuse('wrong-state') end
  return d, ticket(d.ticket, set(...))
end

-- release frees the desk that has the ticket, and returns the desks changed.
local function release(t)
  if t.state ~= 'called' and t.state ~= 'serving' then return {} end
  local d = desk(t.desk)
  d.ticket = nil
  return {d}
end

-- back ends being parked: whoever is noted joins no earlier than said, and whoever
-- stepped aside is not due before now.
local function back(t)
  if (t.joins or 0) > now then refuse('too-soon') end
  if t.aside then t.due = math.max(t.due, now) end
  t.joins, t.aside = nil, nil
end

-- serving is the set of what a desk serves now (queue.Office.Serves).
local function serving(d)
  local serves = set(unpack(d.serves))
  for service in pairs(disturbed) do serves[service] = nil end
  return serves
end

-- seeing is the set of what a desk serves and, each after a "!", the needs that it meets.
local function seeing(d)
  local sees = serving(d)
  for _, need in ipairs(d.meets or {}) do sees['!' .. need] = true end
  return sees
end

-- covered says how much of a line's services is served: "whole", "part" or nil,
-- which is also where a need is not met.
local function covered(sees, line)
  local all, some = true, false
  for part in string.gmatch(line, '[^+]+') do
    if string.sub(part, 1, 1) == '!' then
      if not sees[part] then return nil end
    elseif sees[part] then some = true else all = false end
  end
  return all and 'whole' or some and 'part' or nil
end

local openDesks -- what each open desk sees; read when it is first asked for
local function servedWhole(line)
  if not openDesks then
    openDesks = {}
    for _, text in ipairs(redis.call('HVALS', key('d'))) do
      local d = cjson.decode(text)
      if d.state == 'open' then table.insert(openDesks, seeing(d)) end
    end
  end
  for _, sees in ipairs(openDesks) do
    if covered(sees, line) == 'whole' then return true end
  end
end

-- first reads the ticket that is due first of those that the desk sees
-- (queue.Office.Sees), and returns it and the rule by which it is called.
local function first(d)
  local sees = seeing(d)
  local best
  for _, line in ipairs(redis.call('SMEMBERS', key('lines'))) do
    local much = covered(sees, line)
    if much == 'whole' or much == 'part' and not servedWhole(line) then
      local head = redis.call('ZRANGE', key('l:' .. line), 0, 0, 'WITHSCORES')
      local member, due = head[1], tonumber(head[2])
      if not best or due < best.due or due == best.due and member < best.member then
        best = {member = member, due = due, rule = much == 'whole' and 'earliest' or 'step'}
      end
    end
  end
  if best then return ticket(string.sub(best.member, 9), set('waiting')), best.rule end
end

local function call(t, d, rule, reason)
  t.recalled = t.state == 'called' or nil
  t.state, t.desk, d.ticket = 'called', d.id, t.id
  t.why = {rule = rule, due = t.due, reason = reason}
  t.call, t.calls = m.epoch .. '-' .. version, (t.calls or 0) + 1
  t.firstCallAt, t.calledAt = t.firstCallAt or now, now
end

-- finish ends the visit at the desk. What the desk does not serve of it, and
-- was not done, is for another desk (queue.Office.Step): also where a step's own
-- service is disturbed by now.
local function finish(t, d)
  local has, serves, done = set(unpack(t.services)), serving(d), set(unpack(cmd.done or {}))
  local here, rest, finished = false, {}, set(unpack(t.finished or {}))
  for service in pairs(done) do
    if not has[service] then refuse('service-missing') end
    finished[service] = true
  end
  for _, service in ipairs(t.services) do
    if serves[service] then here = true elseif not done[service] then rest[#rest + 1] = service end
  end
  if rest[1] and (here or t.why and t.why.rule == 'step') then
    t.state, t.services = 'waiting', rest
  else
    t.state, t.endedAt = 'done', now
  end
  t.finished = next(finished) and sorted(finished)
  d.ticket = nil
end

-- number gives a new ticket the day's next sequence and, if it has none, number (queue.Numbers).
local function number(t)
  local n, of = m.seq, cmd.numbers
  m.seq = n + 1
  t.seq = m.seq
  if not t.number or t.number == '' then
    t.number = string.format('%s %03d', of.prefix, math.floor(n / 999) * 1000 + 1 + (of.mul * (n % 999) + of.add) % 999)
  end
  if redis.call('HEXISTS', key('t'), t.id) == 1 then refuse('ticket-exists') end
end

-- append writes the event to the log, first of all writes: if it fails nothing
-- has changed. A list that is empty is left out: cjson would make it an object.
local function append(tickets, desks)
  local text = cjson.encode({
    office = office, epoch = m.epoch, version = version, at = now, day = m.day,
    kind = kind, command = id, hash = hash, actor = cjson.decode(ARGV[8]),
    tickets = tickets[1] and tickets, desks = desks[1] and desks,
    counters = {seq = m.seq, atOnce = atOnce[1] and atOnce, disturbed = next(disturbed) and disturbed},
  })
  redis.call('XADD', key('log'), version .. '-0', 'event', text)
  redis.call('HSET', KEYS[1], 'ver', version, 't', now, 'seq', m.seq, 'atOnce', cjson.encode(atOnce),
    'disturbed', cjson.encode(disturbed))
  return text
end

local function publish(text)
  redis.call('HSET', key('c:' .. m.day), id, hash .. ' ' .. version)
  redis.call('PUBLISH', ARGV[9], text)
  return {'EVENT', text}
end

-- move takes a ticket from where it stood in line to where it stands now.
local function move(t)
  local was = stood[t.id]
  local line, member = place(t)
  if was and (t.state ~= 'waiting' or was.line ~= line) then
    redis.call('ZREM', key('l:' .. was.line), was.member)
    if redis.call('EXISTS', key('l:' .. was.line)) == 0 then
      redis.call('SREM', key('lines'), was.line)
    end
  end
  if t.state == 'waiting' then
    redis.call('ZADD', key('l:' .. line), t.due, member)
    redis.call('SADD', key('lines'), line)
  end
end

-- emit makes the event of a command and writes what it changed.
local function emit(tickets, desks)
  local text = append(tickets, desks)
  for _, t in ipairs(tickets) do
    redis.call('HSET', key('t'), t.id, cjson.encode(t))
    if t.appointment and not t.from then redis.call('HSET', key('a'), t.appointment, t.id) end
    move(t)
  end
  for _, d in ipairs(desks) do
    redis.call('HSET', key('d'), d.id, cjson.encode(d))
  end
  return publish(text)
end

-- answer runs the command; a refusal is kept for repeats.
local function answer(command)
  local ok, result = pcall(command)
  if ok then return result end
  if type(result) ~= 'table' or not result.refusal then error(result) end
  redis.call('HSET', key('c:' .. m.day), id, hash .. ' ' .. m.ver .. ' ' .. result.refusal)
  return {'REFUSED', result.refusal, m.epoch, m.ver}
end
