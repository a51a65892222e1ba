-- The office ends an open visit → gone.
local t = ticket(cmd.ticket, open)
local desks = release(t)
t.state, t.endedAt, t.cancelled = 'gone', now, cmd.reason
return emit({t}, desks)
