-- Open the office again: what open.go wrote under the fence's epoch is the queue
-- from now on.
--
-- ARGV[5] fence, ARGV[6] server: only if nobody closed again, and nothing restarted
-- ARGV[7] channel of events
-- ARGV[8] the event "opened", as JSON; the record has it
-- ARGV[9] day before
-- ARGV[10] the node's layout
-- Returns OPENED, or CLOSED.
if m.fence ~= ARGV[5] or server ~= ARGV[6] then return {'CLOSED'} end
local e = cjson.decode(ARGV[8])
local hour = 3600
for _, line in ipairs(redis.call('SMEMBERS', key('lines'))) do redis.call('EXPIRE', key('l:' .. line), hour) end
for _, name in ipairs({'t', 'd', 'a', 'lines', 'log', 'c:' .. (m.day or ''), 'c:' .. (m.prev or '')}) do
  redis.call('EXPIRE', key(name), hour) -- of the epoch before: nobody reads it any more
end
m.epoch = e.epoch
for _, line in ipairs(redis.call('SMEMBERS', key('lines'))) do redis.call('PERSIST', key('l:' .. line)) end
for _, name in ipairs({'t', 'd', 'a', 'lines', 'c:' .. e.day, 'c:' .. ARGV[9]}) do
  redis.call('PERSIST', key(name)) -- written to go by itself, had this opening been cut short
end
redis.call('XADD', key('log'), e.version .. '-0', 'event', ARGV[8])
redis.call('HSET', KEYS[1], 'epoch', e.epoch, 'ver', e.version, 'jver', e.version, 'server', server, 't', e.at,
  'seq', e.counters.seq, 'atOnce', cjson.encode(e.counters.atOnce or {}), 'disturbed', cjson.encode(e.counters.disturbed or {}), 'day', e.day, 'prev', ARGV[9],
  'layout', e.epoch .. ' ' .. ARGV[10])
redis.call('HDEL', KEYS[1], 'fence')
redis.call('PUBLISH', ARGV[7], ARGV[8])
return {'OPENED'}
