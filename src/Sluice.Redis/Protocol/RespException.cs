namespace Sluice.Redis.Protocol;

/// <summary>What came over the connection is not RESP3, or is larger than it may be. The connection is of no use any more.</summary>
internal sealed class RespException(string message) : IOException(message);
