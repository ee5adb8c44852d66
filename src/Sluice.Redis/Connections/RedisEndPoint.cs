namespace Sluice.Redis.Connections;

/// <summary>Where a server listens.</summary>
internal readonly record struct RedisEndPoint(string Host, int Port);
