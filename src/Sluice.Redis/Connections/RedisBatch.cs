namespace Sluice.Redis.Connections;

/// <summary>Commands that go out in one piece, when this is disposed. Nothing may be awaited before that.</summary>
internal readonly struct RedisBatch : IDisposable
{
    private readonly RedisConnection? connection;

    public RedisBatch(RedisConnection? connection)
    {
        this.connection = connection;
        connection?.Hold();
    }

    public void Dispose() => connection?.LetGo();
}
