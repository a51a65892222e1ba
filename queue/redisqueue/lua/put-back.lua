-- A call is undone: called → waiting, due as before.
local d, t = atDesk('called')
t.state, d.ticket = 'waiting', nil
return emit({t}, {d})
