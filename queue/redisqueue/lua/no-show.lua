-- The called person did not come: called → missed.
local d, t = atDesk('called')
if now < t.calledAt + cmd.notBefore then refuse('too-soon') end
t.state, t.missedAt, d.ticket = 'missed', now, nil
return emit({t}, {d})
