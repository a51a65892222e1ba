-- Back after a missed call: missed → waiting. Late ones get a new due. Or arrived
-- from another house, stepped aside or noted: parked, and at no desk here → waiting.
local t = ticket(cmd.ticket, set('missed', 'parked'))
if t.state == 'parked' then
  if t.desk then refuse('wrong-state') end
  back(t)
elseif now <= t.missedAt + cmd.window then
  t.due = math.max(t.due, now)
else
  t.due, t.class = math.max(t.due, now + cmd.allowance), 'entitled'
end
t.state = 'waiting'
return emit({t}, {})
