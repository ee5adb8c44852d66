using Microsoft.Extensions.Logging;

namespace Sluice.Redis;

/// <summary>Log lines about Redis.</summary>
internal static partial class RedisEvents
{
    [LoggerMessage(6001, LogLevel.Warning, "{Reason}. This node goes on alone; it looks for Redis again by itself")]
    public static partial void Lost(ILogger log, string reason);

    [LoggerMessage(6002, LogLevel.Information, "Redis at {Host}:{Port} answers again")]
    public static partial void Back(ILogger log, string host, int port);

    [LoggerMessage(6003, LogLevel.Warning, "What was purged while this node was away cannot be told any more; everything it holds is checked with the origins at its next use")]
    public static partial void LogLost(ILogger log);

    [LoggerMessage(6004, LogLevel.Warning, "A purge of another node could not be answered: {Reason}")]
    public static partial void PurgeNotHeard(ILogger log, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "A message of another node could not be read. Are all nodes of one version?")]
    public static partial void Unreadable(ILogger log);

    [LoggerMessage(6006, LogLevel.Warning, "Redis refuses to store ({Reason}); nodes keep what they fetch for themselves until it takes more. OOM: give it more memory, or let it evict (maxmemory-policy). A right that the user lacks: see docs/many-nodes.md, access list")]
    public static partial void Refused(ILogger log, string reason);

    [LoggerMessage(6007, LogLevel.Warning, "How far purges were carried out could not be noted in the cache directory ({Reason}); after a restart some are done again. Check its permissions and free space")]
    public static partial void PlaceNotKept(ILogger log, string reason);

    [LoggerMessage(6008, LogLevel.Warning, "This node does not hear what others purge: {Reason}. It tries again by itself, and then carries out what it missed")]
    public static partial void NotListening(ILogger log, string reason);

    [LoggerMessage(6009, LogLevel.Warning, "Purges are not told between this node and the others: {Reason}. They are as soon as Redis allows it; what rights that takes says docs/many-nodes.md, access list")]
    public static partial void NotTelling(ILogger log, string reason);
}
