-- What the person needs is said, wherever the ticket is.
local t = ticket(cmd.ticket, open)
t.needs = cmd.needs
return emit({t}, {})
