-- Read the whole state of an office's day.
-- Returns STATE, epoch, version, t, day, seq, atOnce, disturbed, tickets, desks; or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
return {'STATE', m.epoch, m.ver, m.t, m.day, m.seq, m.atOnce or '{}', m.disturbed or '{}',
  redis.call('HVALS', key('t')), redis.call('HVALS', key('d'))}
