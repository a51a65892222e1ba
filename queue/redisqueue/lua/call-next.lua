-- The ticket due first of those the desk sees: waiting → called.
local d = freeDesk(cmd.desk)
local t, rule = first(d)
if not t then refuse('empty') end
call(t, d, rule)
return emit({t}, {d})
