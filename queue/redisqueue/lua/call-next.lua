-- The ticket due first of those the desk serves: waiting → called.
local d = freeDesk(cmd.desk)
local t = first(d) or refuse('empty')
call(t, d, 'earliest')
return emit({t}, {d})
