-- Nobody can serve a service now; whose ticket needs it waits on, with the same due.
disturbed[cmd.service] = disturbed[cmd.service] or now
return emit({}, {})
