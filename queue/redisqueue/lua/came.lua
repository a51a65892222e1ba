-- The called person is at the desk: called → serving.
local _, t = atDesk('called')
t.state, t.servedAt = 'serving', now
return emit({t}, {})
