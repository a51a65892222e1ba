-- Parking ends: parked → waiting, or → serving at a free desk.
local t = ticket(cmd.ticket, set('parked'))
back(t)
if not cmd.desk then
  t.state = 'waiting'
  return emit({t}, {})
end
local d = freeDesk(cmd.desk)
t.state, t.desk, t.servedAt, d.ticket = 'serving', d.id, now, t.id
return emit({t}, {d})
