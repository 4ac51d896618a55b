-- Takes tokens of the buckets KEYS[2..]; ARGV: mode, then for each bucket its tokens a second, its capacity and the tokens to take.
-- 'charge' stops at the first bucket that has too few and returns its position and the milliseconds until it has enough;
-- 'repay' takes what there is. Returns {-1, 0} otherwise.
-- KEYS[1] knows since when the counts of this store can be trusted ('emptied'): what is older, or missing, was empty then.
-- Time is the store's own, in milliseconds. Nobody is told to wait longer than a year.
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local emptied = tonumber(redis.call('HGET', KEYS[1], 'emptied'))
if not emptied then
  emptied = now
  redis.call('HSET', KEYS[1], 'emptied', string.format('%.3f', now))
end
for i = 2, #KEYS do
  local rps = tonumber(ARGV[3 * i - 4])
  local capacity = tonumber(ARGV[3 * i - 3])
  local wanted = tonumber(ARGV[3 * i - 2])
  local state = redis.call('HMGET', KEYS[i], 'tokens', 'at')
  local tokens = tonumber(state[1])
  local at = tonumber(state[2])
  if not tokens or not at or at < emptied then
    tokens = 0
    at = emptied
  end
  tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000 * rps)
  local denied = ARGV[1] == 'charge' and tokens < wanted
  if not denied then
    tokens = math.max(0, tokens - wanted)
  end
  redis.call('HSET', KEYS[i], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.3f', now))
  redis.call('PEXPIRE', KEYS[i], math.min(2592000000, math.max(1000, math.ceil(capacity / rps * 1000))))
  if denied then
    return {i - 2, math.min(31536000000, math.max(1, math.ceil((wanted - tokens) / rps * 1000)))}
  end
end
return {-1, 0}
