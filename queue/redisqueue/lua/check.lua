-- Read all that decides about an office's day: its state, its lines, its appointments.
-- Returns STATE as state.lua does, then the lines (name, members and scores in turn)
-- and the appointments (id, ticket id in turn); or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
local lines = {}
for _, line in ipairs(redis.call('SMEMBERS', key('lines'))) do
  table.insert(lines, line)
  table.insert(lines, redis.call('ZRANGE', key('l:' .. line), 0, -1, 'WITHSCORES'))
end
return {'STATE', m.epoch, m.ver, m.t, m.day, m.seq, m.atOnce or '{}', m.disturbed or '{}',
  redis.call('HVALS', key('t')), redis.call('HVALS', key('d')), lines, redis.call('HGETALL', key('a'))}
