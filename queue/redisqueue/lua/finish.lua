-- The visit at the desk ends: serving or called → done.
local d, t = atDesk('serving', 'called')
finish(t, d)
return emit({t}, {d})
