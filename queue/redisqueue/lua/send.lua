-- The visit ends here and goes on in another office.
local t = ticket(cmd.ticket, open)
local desks = release(t)
back(t)
t.state, t.endedAt = 'sent', now
t.sentTo = {office = cmd.office, services = cmd.services, epoch = m.epoch, version = version}
return emit({t}, desks)
