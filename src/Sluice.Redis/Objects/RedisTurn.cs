using Sluice.Core.Objects;

namespace Sluice.Redis.Objects;

/// <summary>This node's turn to fetch an object for all. It is renewed until what was fetched is stored, or the fetch came to nothing.</summary>
internal sealed class RedisTurn : SharedTurn
{
    private readonly RedisObjectTier tier;
    private readonly CancellationTokenSource ended = new();
    private int isOver;

    public RedisTurn(RedisObjectTier tier, ObjectNames names, string token, string epoch, (ObjectManifest Manifest, ObjectMetadata Metadata)? seen)
    {
        (this.tier, Names, Token, Epoch, Seen) = (tier, names, token, epoch, seen);
        _ = tier.RenewAsync(this, ended.Token);
    }

    public ObjectNames Names { get; }

    public string Token { get; }

    public string Epoch { get; }

    /// <summary>What was found and could not be used: its body may be the same still.</summary>
    public (ObjectManifest Manifest, ObjectMetadata Metadata)? Seen { get; }

    public override void Keep(CachedObject brought)
    {
        if (Interlocked.Exchange(ref isOver, 1) == 0) tier.Upload(this, brought);
    }

    public override void Forgo()
    {
        if (Interlocked.Exchange(ref isOver, 1) == 0) tier.Leave(this, othersGoAhead: false);
    }

    /// <summary>Nothing is to be renewed any more.</summary>
    public void End() => ended.Cancel();

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref isOver, 1) == 0) tier.Leave(this, othersGoAhead: true);
        base.Dispose(disposing);
    }
}
