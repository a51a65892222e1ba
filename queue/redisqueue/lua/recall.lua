-- The desk's called ticket is called again, a call of its own.
local d, t = atDesk('called')
call(t, d, t.why.rule, t.why.reason)
return emit({t}, {})
