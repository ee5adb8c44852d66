using Microsoft.Extensions.Logging;

namespace Sluice.Redis;

/// <summary>Log lines about Redis.</summary>
internal static partial class RedisEvents
{
    [LoggerMessage(6001, LogLevel.Warning, "{Reason}. This node goes on alone; it looks for Redis again by itself")]
    public static partial void Lost(ILogger log, string reason);

    [LoggerMessage(6002, LogLevel.Information, "Redis at {Host}:{Port} answers again")]
    public static partial void Back(ILogger log, string host, int port);
}
