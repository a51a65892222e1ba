-- A ticket enters its line, or is noted until it joins. At once: so many in an hour as said, then at arrival.
local t = cmd.ticket
if t.appointment and redis.call('HEXISTS', key('a'), t.appointment) == 1 then refuse('joined') end
number(t)
t.state, t.arrived = 'waiting', now
if (t.joins or 0) > now then t.state, t.parkedAt = 'parked', now else t.joins = nil end
if t.class == 'at-once' then
  local hour = {}
  for _, at in ipairs(atOnce) do
    if at > now - 3600000 then hour[#hour + 1] = at end
  end
  if #hour >= (cmd.atOnceLimit or 0) then t.due = now else hour[#hour + 1] = now end
  atOnce = hour
end
return emit({t}, {})
