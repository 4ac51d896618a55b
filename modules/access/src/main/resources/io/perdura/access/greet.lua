-- Says hello to the store whose process is ARGV[1]. A process that nobody has met may have lost counts (it was restarted, or is a
-- replica that took over), so all its buckets are empty from now on; only where nothing was ever counted (ARGV[2] = '1' and
-- no KEYS[1]) are they full.
local known = redis.call('HGET', KEYS[1], 'run')
if known == ARGV[1] then
  return {0}
end
local emptied = 0
if known or ARGV[2] ~= '1' then
  local time = redis.call('TIME')
  emptied = time[1] * 1000 + time[2] / 1000
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'emptied', string.format('%.3f', emptied))
return {1}
