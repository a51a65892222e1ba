-- The desk's called ticket is called again, a call of its own. Why it was called
-- stays, also when a merge has made it due earlier since.
local d, t = atDesk('called')
local why = t.why
call(t, d)
t.why = why
return emit({t}, {})
