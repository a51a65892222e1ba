-- A desk closes for the day: open or paused → closed.
local d = desk(cmd.desk)
if d.state == 'closed' then refuse('desk-not-open') end
if d.ticket then refuse('desk-busy') end
d.state, d.since = 'closed', now
return emit({}, {d})
