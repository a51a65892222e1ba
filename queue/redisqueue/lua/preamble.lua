-- Before every script: who we are, and whether this Redis may speak for the
-- office.
--
-- KEYS[1] {office}m  HASH  epoch, ver, server, fence, t, seq, atOnce, disturbed, day, prev, began, jver;
--                           layout: an epoch, and the layout (open.go) of whoever opened it
-- ARGV[1] epoch that the node knows, 0 for none
-- ARGV[2] highest version that the node knows
-- ARGV[3] time by the node, in ms
-- ARGV[4] the office's day, as 2026-11-24
--
-- Keys of an epoch start with {office}<epoch>:
--   t         HASH    tickets of the day by id, as JSON
--   d         HASH    desks of the day by id, as JSON
--   lines     SET     sets of services and needs that have a line (queue.LineOf)
--   l:<set>   ZSET    a line: score is due in ms, member is seq and ticket id
--   a         HASH    appointments of the day → ticket id
--   c:<day>   HASH    command id → hash, version, and the refusal if it was one
--   log       STREAM  the epoch's last events, all that are not recorded; <version>-0

local office = string.sub(KEYS[1], 2, -3)

local fields = {'epoch', 'ver', 'server', 'fence', 't', 'seq', 'atOnce', 'disturbed', 'day', 'prev', 'began', 'jver'}
local m = {}
for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
  m[fields[i]] = value or nil
end
for _, field in ipairs({'epoch', 'ver', 't', 'seq', 'began', 'jver'}) do
  m[field] = tonumber(m[field] or 0)
end

local function key(name)
  return '{' .. office .. '}' .. m.epoch .. ':' .. name
end

-- layout is the one of whoever opened the present epoch: 0 if they knew of none.
local function layout()
  local epoch, layout = string.match(redis.call('HGET', KEYS[1], 'layout') or '', '^(%d+) (%d+)$')
  return tonumber(epoch) == m.epoch and tonumber(layout) or 0
end

local replication = redis.call('INFO', 'replication')
if not string.find(replication, 'role:master', 1, true) then
  return redis.error_reply('READONLY a replica decides nothing') -- the client closes the connection and looks for the master
end
local server = string.match(replication, 'master_replid:(%x+)')

-- fault says why nothing may happen here: an epoch belongs to one life of one
-- master, so a server that was restarted, promoted or rolled back must first
-- be opened (open.go). NEWER alone is the node's to mend: it adopts.
local function fault()
  local epoch = tonumber(ARGV[1])
  if m.epoch == 0 then return 'GONE' end
  if m.server ~= server or m.fence then return 'CLOSED' end
  if m.epoch > epoch then return 'NEWER' end
  if m.epoch < epoch then return 'OLD' end
  if m.ver < tonumber(ARGV[2]) then return 'BEHIND' end
end
