-- Back after a missed call: missed → waiting. Late ones get a new due.
local t = ticket(cmd.ticket, set('missed'))
if now <= t.missedAt + cmd.window then
  t.due = math.max(t.due, now)
else
  t.due, t.class = now + cmd.allowance, 'entitled'
end
t.state = 'waiting'
return emit({t}, {})
