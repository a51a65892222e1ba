-- Read events after a version, oldest first.
--
-- ARGV[5] version
-- ARGV[6] at most so many
-- Returns EVENTS and them; or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
local events = {}
for i, entry in ipairs(redis.call('XRANGE', key('log'), '(' .. ARGV[5] .. '-0', '+', 'COUNT', ARGV[6])) do
  events[i] = entry[2][2]
end
return {'EVENTS', events}
