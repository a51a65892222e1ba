-- A service goes on.
disturbed[cmd.service] = nil
return emit({}, {})
