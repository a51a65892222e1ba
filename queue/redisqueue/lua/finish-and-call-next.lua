-- The visit at the desk ends, and the next ticket is called if somebody waits.
local d, t = atDesk('serving', 'called')
finish(t, d)
local tickets = {t}
if d.state == 'open' then
  local following, rule = first(d)
  if following then
    call(following, d, rule)
    tickets[2] = following
  end
end
return emit(tickets, {d})
