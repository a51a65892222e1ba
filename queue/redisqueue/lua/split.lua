-- Some services go to a new ticket with the same due, class and arrival, which
-- waits, or is aside, noted or on the way as the first is.
local t = ticket(cmd.ticket, open)
local new = {
  id = cmd.new, class = t.class, services = cmd.services, needs = t.needs, persons = cmd.persons, area = t.area, due = t.due,
  state = 'waiting', slot = t.slot, arrived = t.arrived, reason = t.reason, appointment = t.appointment, from = t.id,
}
local goes, rest = set(unpack(cmd.services)), {}
for _, service in ipairs(t.services) do
  if not goes[service] then rest[#rest + 1] = service end
end
if #rest == 0 or #rest + #cmd.services ~= #t.services then refuse('service-missing') end
if t.state == 'parked' and not t.desk then new.state, new.parkedAt, new.aside, new.joins = 'parked', now, t.aside, t.joins end
number(new)
t.services, t.persons = rest, math.max(1, t.persons - cmd.persons)
return emit({t, new}, {})
