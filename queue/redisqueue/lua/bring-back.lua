-- Parking ends: parked → waiting, or → serving at the desk that parked it, if that is free.
local t = ticket(cmd.ticket, set('parked'))
if cmd.desk and cmd.desk ~= t.desk then refuse('wrong-state') end
back(t)
if not cmd.desk then
  t.state = 'waiting'
  return emit({t}, {})
end
local d = freeDesk(cmd.desk)
t.state, t.desk, t.servedAt, d.ticket = 'serving', d.id, now, t.id
return emit({t}, {d})
