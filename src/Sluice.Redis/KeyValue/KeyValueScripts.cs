using Sluice.Redis.Protocol;

namespace Sluice.Redis.KeyValue;

/// <summary>What a namespace does in one step. Each script keeps value, index, tags, order of use and size in step, whoever else writes.</summary>
internal static class KeyValueScripts
{
    /// <summary>KEYS: index, used, expires, size. ARGV 1-4: prefix, prefix of values, documented form, prefix of tags.</summary>
    private const string Common = """
        local index, used, expires, size = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
        local base, values, form, tags = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        -- One of them was evicted or deleted: what the others say is worth nothing without it. Empty ones are not there, but the size.
        if redis.call('EXISTS', index, used, size) % 3 ~= 0 then redis.call('UNLINK', index, used, expires, size) end
        local function name(key)
          if form ~= '' and string.sub(key, 1, #form) == form then return base .. key end
          return values .. key
        end
        local function drop(key)
          local meta = redis.call('HGET', index, key)
          if meta then
            local entry = cjson.decode(meta)
            redis.call('HDEL', index, key)
            redis.call('ZREM', used, key)
            redis.call('ZREM', expires, key)
            redis.call('DECRBY', size, entry.size)
            for _, tag in ipairs(entry.tags) do redis.call('SREM', tags .. tag, key) end
          end
          return redis.call('UNLINK', name(key))
        end
        local function prune(most)
          local gone = redis.call('ZRANGEBYSCORE', expires, '-inf', now, 'LIMIT', 0, most)
          for _, key in ipairs(gone) do
            drop(key)
            -- Whatever the index knows: whoever calls until nothing is left must come to an end.
            redis.call('ZREM', expires, key)
          end
          return #gone
        end

        """;

    /// <summary>ARGV 5 on: key, value, milliseconds to live or -1, JSON of the entry, number of its use, its size, bound on bytes or -1, bound on entries or -1, 1 to store, tags. The keys that had to leave.</summary>
    public static RedisScript Set { get; } = new(Common + """
        local key, value, ttl, meta, use, added = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9], tonumber(ARGV[10])
        local mostBytes, mostEntries = tonumber(ARGV[11]), tonumber(ARGV[12])
        drop(key)
        local left = {}
        if ARGV[13] ~= '1' then return left end
        local function over()
          return (mostBytes >= 0 and tonumber(redis.call('GET', size) or '0') + added > mostBytes) or (mostEntries >= 0 and redis.call('ZCARD', used) >= mostEntries)
        end
        prune(100)
        while over() and prune(100) > 0 do end
        while over() do
          local oldest = redis.call('ZPOPMIN', used)
          if #oldest == 0 then break end
          drop(oldest[1])
          left[#left + 1] = oldest[1]
        end
        if ttl >= 0 then redis.call('SET', name(key), value, 'PX', ttl) else redis.call('SET', name(key), value) end
        redis.call('HSET', index, key, meta)
        redis.call('ZADD', used, use, key)
        if ttl >= 0 then redis.call('ZADD', expires, now + ttl, key) end
        redis.call('INCRBY', size, added)
        for i = 14, #ARGV do redis.call('SADD', tags .. ARGV[i], key) end
        return left
        """);

    /// <summary>ARGV 5: key. 1 when there was a live one.</summary>
    public static RedisScript Delete { get; } = new(Common + "return drop(ARGV[5])", whenFull: true);

    /// <summary>ARGV 5: tag; 6: how many at most. How many live ones went, and how many were taken off the tag.</summary>
    public static RedisScript DeleteByTag { get; } = new(Common + """
        local live, all = 0, redis.call('SRANDMEMBER', tags .. ARGV[5], ARGV[6])
        for _, key in ipairs(all) do
          live = live + drop(key)
          redis.call('SREM', tags .. ARGV[5], key)
        end
        return { live, #all }
        """, whenFull: true);

    /// <summary>ARGV 5: how many expired ones to let go of at most. How many went, then entries and bytes left.</summary>
    public static RedisScript Usage { get; } = new(Common + "return { prune(ARGV[5]), redis.call('ZCARD', used), tonumber(redis.call('GET', size) or '0') }", whenFull: true);
}
