-- A visit goes on that another office sent; whoever was here before gets their
-- number and place among equals back.
local t = cmd.ticket
local before = redis.call('HGET', key('t'), t.id)
before = before and cjson.decode(before)
if before and before.state == 'sent' then
  for _, field in ipairs({'number', 'seq', 'appointment', 'from', 'finished'}) do t[field] = before[field] end
else
  number(t)
end
t.state, t.arrived = 'waiting', now
if cmd.onTheWay then t.state, t.parkedAt = 'parked', now end
return emit({t}, {})
