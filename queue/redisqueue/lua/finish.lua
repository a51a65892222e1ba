-- The visit at the desk ends: serving or called → done, or on to another desk.
local d, t = atDesk('serving', 'called')
finish(t, d)
return emit({t}, {d})
