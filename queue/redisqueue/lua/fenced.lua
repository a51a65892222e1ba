-- Read the whole state of an office's day though it is closed.
-- Returns STATE and what state.lua returns.
return {'STATE', m.epoch, m.ver, m.t, m.day or '', m.seq or 0, m.atOnce or '{}', m.disturbed or '{}',
  redis.call('HVALS', key('t')), redis.call('HVALS', key('d'))}
