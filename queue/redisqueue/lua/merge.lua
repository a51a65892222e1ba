-- A waiting ticket goes into another: waiting → merged.
if cmd.ticket == cmd.into then refuse('same-ticket') end
local t, into = ticket(cmd.ticket, set('waiting')), ticket(cmd.into, open)
local all = set(unpack(into.services))
for _, service in ipairs(t.services) do all[service] = true end
into.services = sorted(all)
local needs = set(unpack(into.needs or {}))
for _, need in ipairs(t.needs or {}) do needs[need] = true end
into.needs = next(needs) and sorted(needs)
into.persons = into.persons + t.persons
if #into.services > 12 or into.persons > 99 then refuse('invalid') end -- queue.MaxServices, queue.MaxPersons
into.due = math.min(into.due, t.due)
t.state, t.into, t.endedAt = 'merged', into.id, now
return emit({t, into}, {})
