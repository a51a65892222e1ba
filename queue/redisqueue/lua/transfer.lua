-- Other services: called, serving or parked → waiting, due unchanged.
local t = ticket(cmd.ticket, set('called', 'serving', 'parked'))
local desks = release(t)
back(t)
t.state, t.services = 'waiting', cmd.services
return emit({t}, desks)
