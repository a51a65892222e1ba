-- "I need longer": waiting → parked, at no desk.
local t = ticket(cmd.ticket, set('waiting'))
t.state, t.parkedAt, t.desk, t.aside = 'parked', now, nil, true
return emit({t}, {})
