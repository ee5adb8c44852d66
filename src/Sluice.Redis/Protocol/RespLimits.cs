namespace Sluice.Redis.Protocol;

/// <summary>How much a server may make this process hold.</summary>
internal sealed record RespLimits
{
    /// <summary>Longest line that is not a value of declared length. Default 64 KiB.</summary>
    public int Line { get; init; } = 64 << 10;

    /// <summary>Longest value in bytes. Default 64 MiB: whoever stores more stores it in parts.</summary>
    public int Bytes { get; init; } = 64 << 20;

    /// <summary>Most items of one list or map. Default 1,048,576.</summary>
    public int Items { get; init; } = 1 << 20;

    /// <summary>How deep lists may lie in lists. Default 16.</summary>
    public int Depth { get; init; } = 16;
}
