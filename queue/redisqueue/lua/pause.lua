-- A desk stops calling for a while: open → paused.
local d = freeDesk(cmd.desk)
d.state, d.since = 'paused', now
return emit({}, {d})
