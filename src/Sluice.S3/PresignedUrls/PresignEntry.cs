using System.Runtime.CompilerServices;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>A URL held in memory: who signed it, when, and the signature. The text is kept only for those in use, since it is by far the largest part.</summary>
internal sealed class PresignEntry
{
    private const long NotUntilReplaced = long.MaxValue;

    private SignatureBytes signature;
    private long refreshAfter;

    /// <param name="term">Its times.</param>
    /// <param name="credentials">Who signed.</param>
    /// <param name="url">The URL; its last 64 characters are the signature.</param>
    /// <param name="deadline">Timestamp after which it is not handed out whatever the wall clock says.</param>
    /// <param name="level">How often its validity was doubled.</param>
    public PresignEntry(in PresignTerm term, S3Credentials credentials, string url, long deadline, byte level)
    {
        Convert.FromHexString(url.AsSpan(url.Length - 64), signature, out _, out _);
        (SignedAt, RefreshFrom, UseUntil, ExpiresAt) = (term.SignedAt.UtcTicks, term.RefreshFrom.UtcTicks, term.UseUntil.UtcTicks, term.ExpiresAt.UtcTicks);
        (Credentials, Deadline, Level, Shortened) = (credentials, deadline, level, term.Shortened);
    }

    public S3Credentials Credentials { get; }

    public long SignedAt { get; }

    public long RefreshFrom { get; }

    public long UseUntil { get; }

    public long ExpiresAt { get; }

    public long Deadline { get; }

    public byte Level { get; }

    public bool Shortened { get; }

    /// <summary>Times handed out, roughly: threads may overwrite each other.</summary>
    public int Hits;

    /// <summary>Handed out since somebody last looked for an entry to drop.</summary>
    public bool Recent;

    /// <summary>Handed out since somebody last looked for a text to drop.</summary>
    public bool RecentText;

    /// <summary>The URL as text, while it is among the ready ones.</summary>
    public PresignedUrl? Ready;

    /// <summary>What takes over when this one's time is up; null until refreshed.</summary>
    public PresignEntry? Next;

    /// <summary>The raw signature.</summary>
    public ReadOnlySpan<byte> Signature => signature;

    /// <summary>May it be handed out? Both clocks must agree: a wall clock set back would revive it, one set forward would outlive it.</summary>
    public bool IsUsable(long now, long timestamp) => now >= SignedAt && now < UseUntil && timestamp < Deadline;

    /// <summary>True for the one caller that starts the refresh.</summary>
    public bool TryBeginRefresh(long now)
    {
        var after = Volatile.Read(ref refreshAfter);
        return now >= after && Interlocked.CompareExchange(ref refreshAfter, NotUntilReplaced, after) == after;
    }

    /// <summary>The refresh failed: another may be tried from then on.</summary>
    public void RefreshFailed(long retryAt) => Volatile.Write(ref refreshAfter, retryAt);

    [InlineArray(32)]
    private struct SignatureBytes
    {
        private byte first;
    }
}
