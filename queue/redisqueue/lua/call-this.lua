-- One ticket out of turn: waiting → called.
local d = freeDesk(cmd.desk)
local t = ticket(cmd.ticket, set('waiting'))
call(t, d, 'chosen', cmd.reason)
return emit({t}, {d})
