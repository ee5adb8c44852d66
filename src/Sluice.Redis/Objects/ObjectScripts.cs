using Sluice.Redis.Protocol;

namespace Sluice.Redis.Objects;

/// <summary>Turns and what they allow. KEYS 1: lease. The token of a turn is greater than that of any turn before it, so what an earlier one still writes is refused.</summary>
internal static class ObjectScripts
{
    private const string Time = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local function read(manifest)
          local ok, seen = pcall(cjson.decode, manifest)
          if ok and type(seen) == 'table' and seen.token and tonumber(seen.chunkCount) and tonumber(seen.totalSize) then return seen end
        end

        """;

    /// <summary>KEYS 2: base. ARGV: node, milliseconds of the turn, token of the manifest already looked at. "look", "wait" with milliseconds, or "lead" with the token.</summary>
    public static RedisScript Enter { get; } = new(Time + """
        local manifest = redis.call('GET', KEYS[2])
        local seen = manifest and read(manifest)
        if seen and seen.token ~= ARGV[3] then return { 'look', '0' } end
        local held = redis.call('HMGET', KEYS[1], 'holder', 'till', 'token', 'alone')
        if held[4] and tonumber(held[4]) > now then return { 'alone', '0' } end
        if held[1] and held[1] ~= '' and tonumber(held[2]) > now then return { 'wait', tostring(held[2] - now) } end
        local token = string.format('%.0f', math.max(time[1] * 1000000 + time[2], tonumber(held[3] or '0') + 1))
        redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'till', now + ARGV[2], 'token', token)
        redis.call('HDEL', KEYS[1], 'alone')
        redis.call('PEXPIRE', KEYS[1], 86400000)
        return { 'lead', token }
        """);

    /// <summary>ARGV: token, milliseconds. 1 while the turn is still that one's.</summary>
    public static RedisScript Renew { get; } = new(Time + """
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'till', now + ARGV[2])
        return 1
        """, whenFull: true);

    /// <summary>ARGV: token, channel, message, milliseconds for which others need not wait. Ends a turn with nothing stored. It is forgotten soon: whoever asks for many paths
    /// that are not there would fill Redis with turns. An earlier turn's token counts without it as little as with it, and a later one's is greater by the clock.</summary>
    public static RedisScript Leave { get; } = new(Time + """
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'holder', '')
        if ARGV[4] ~= '0' then redis.call('HSET', KEYS[1], 'alone', now + ARGV[4]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[4] + 60000)
        redis.call('PUBLISH', ARGV[2], ARGV[3])
        return 1
        """, whenFull: true);

    /// <summary>KEYS 2: part; 3: base. ARGV: token, offset, bytes, milliseconds to live. Refused when what was written before is not there any more: Redis would put zeros in its place.
    /// The manifest goes with the bytes it is about, so that nobody finds them to be the same still.</summary>
    public static RedisScript Write { get; } = new("""
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        if ARGV[2] == '0' then
          redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
          redis.call('UNLINK', KEYS[3])
        elseif redis.call('STRLEN', KEYS[2]) == tonumber(ARGV[2]) then
          redis.call('APPEND', KEYS[2], ARGV[3])
          redis.call('PEXPIRE', KEYS[2], ARGV[4])
        else
          return 0
        end
        return 1
        """);

    /// <summary>KEYS 2: part. ARGV: token, first byte, last byte. Nothing when the part is another's.</summary>
    public static RedisScript Read { get; } = new("""
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return false end
        return redis.call('GETRANGE', KEYS[2], ARGV[2], ARGV[3])
        """);

    /// <summary>KEYS 2 on: parts. ARGV: token. 1 while all of them are there: a Redis that evicts takes keys one by one.</summary>
    public static RedisScript Whole { get; } = new("""
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        for i = 2, #KEYS do
          if redis.call('STRLEN', KEYS[i]) == 0 then return 0 end
        end
        return 1
        """);

    /// <summary>KEYS 2: base; 3 on: parts. ARGV: token, manifest, milliseconds to live, channel, message.</summary>
    public static RedisScript Commit { get; } = new("""
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        for i = 3, #KEYS do
          if redis.call('PEXPIRE', KEYS[i], ARGV[3] + 60000) == 0 then return 0 end
        end
        redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
        redis.call('HSET', KEYS[1], 'holder', '')
        redis.call('PEXPIRE', KEYS[1], ARGV[3] + 86400000)
        redis.call('PUBLISH', ARGV[4], ARGV[5])
        return 1
        """);

    /// <summary>KEYS 2: base. ARGV: channel, message. Takes the object away, and the turn from whoever has it; bytes that went.</summary>
    public static RedisScript Drop { get; } = new(Time + """
        local token = tonumber(redis.call('HGET', KEYS[1], 'token') or '0')
        if token > 0 then
          redis.call('HSET', KEYS[1], 'holder', '', 'token', string.format('%.0f', math.max(time[1] * 1000000 + time[2], token + 1)))
        end
        local manifest = redis.call('GET', KEYS[2])
        if not manifest then return 0 end
        redis.call('UNLINK', KEYS[2])
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        local seen = read(manifest)
        if not seen then return 0 end
        for i = 0, seen.chunkCount - 1 do redis.call('UNLINK', KEYS[2] .. '_chunk_' .. i) end
        return seen.totalSize
        """, whenFull: true);
}
