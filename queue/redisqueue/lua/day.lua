-- A new day begins with a clean sheet. Events and command ids of the day that
-- ends are kept, so that its commands can still be repeated.
--
-- Also returns EARLY if the day has begun, UNFINISHED if a ticket is open.
if ARGV[4] <= m.day then return {'EARLY'} end
local lines = redis.call('SMEMBERS', key('lines'))
for _, text in ipairs(redis.call('HVALS', key('t'))) do
  if open[cjson.decode(text).state] then return {'UNFINISHED'} end
end
local yesterday, before = m.day, m.prev
m.day, m.seq, atOnce, disturbed = ARGV[4], 0, {}, {}
local text = append({}, {})
redis.call('HSET', KEYS[1], 'day', m.day, 'prev', yesterday, 'began', version)
redis.call('UNLINK', key('t'), key('d'), key('a'), key('lines'), key('c:' .. before))
for _, line in ipairs(lines) do redis.call('UNLINK', key('l:' .. line)) end
return publish(text)
