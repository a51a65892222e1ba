-- A desk opens, or opens anew with other services; it keeps its ticket.
local text = redis.call('HGET', key('d'), cmd.desk)
local d = text and cjson.decode(text) or {id = cmd.desk}
if d.state ~= 'open' then d.since = now end
d.state, d.label, d.way, d.serves = 'open', cmd.label, cmd.way, cmd.serves
d.meets = cmd.meets
return emit({}, {d})
