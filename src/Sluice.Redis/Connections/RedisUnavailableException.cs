namespace Sluice.Redis.Connections;

/// <summary>Redis was not asked, or did not answer: no connection, one that broke or fell silent, or too much waiting already. What was asked may or may not have been done.</summary>
internal sealed class RedisUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
