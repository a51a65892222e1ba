-- A no-show is taken back: missed → waiting, due as before.
local t = ticket(cmd.ticket, set('missed'))
t.state = 'waiting'
return emit({t}, {})
