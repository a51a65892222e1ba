-- The desk's ticket is set aside: called or serving → parked.
local d, t = atDesk('called', 'serving')
t.state, t.parkedAt, d.ticket = 'parked', now, nil
return emit({t}, {d})
