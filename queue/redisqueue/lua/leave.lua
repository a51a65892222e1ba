-- The number is given back: waiting, called, parked or missed → gone.
local t = ticket(cmd.ticket, set('waiting', 'called', 'parked', 'missed'))
local desks = release(t)
t.state, t.endedAt = 'gone', now
return emit({t}, desks)
