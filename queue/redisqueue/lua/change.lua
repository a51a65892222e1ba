-- Services and persons are corrected, wherever the ticket is.
local t = ticket(cmd.ticket, open)
t.services, t.persons = cmd.services, cmd.persons
return emit({t}, {})
