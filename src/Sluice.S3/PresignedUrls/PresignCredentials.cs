using System.Diagnostics.CodeAnalysis;
using Sluice.S3.Credentials;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>Which credentials sign now. Temporary ones follow the chain as it renews them; a permanent key gives way to another only once that one is proven (see <see cref="PresignRotation"/>).</summary>
internal sealed class PresignCredentials(IS3Credentials chain, TimeProvider time)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(5);
    private S3Credentials? active;
    private S3Credentials? refused;
    private long refusedUntil;

    /// <summary>Where they come from.</summary>
    public IS3Credentials Chain => chain;

    /// <summary>Who signs now; null before the first signature.</summary>
    public S3Credentials? Active => Volatile.Read(ref active);

    /// <summary>Called when the chain gives another permanent key: a rotation should begin.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>The credentials to sign with at <paramref name="now"/>, when the chain has the same at hand.</summary>
    public bool TryGet(DateTimeOffset now, [NotNullWhen(true)] out S3Credentials? current)
    {
        current = Volatile.Read(ref active);
        return current is not null && ReferenceEquals(chain.Held(now), current);
    }

    /// <summary>The credentials to sign with.</summary>
    /// <exception cref="PresignedUrlException">There are none.</exception>
    public ValueTask<S3Credentials> GetAsync(CancellationToken cancellation)
    {
        var asked = chain.GetAsync(cancellation);
        return asked.IsCompletedSuccessfully ? new(Choose(asked.Result)) : AwaitAsync(asked);
    }

    /// <summary>What the chain gives when asked anew.</summary>
    public async ValueTask<S3Credentials?> AskAnewAsync(CancellationToken cancellation)
    {
        chain.Reject(await chain.GetAsync(cancellation));
        return await chain.GetAsync(cancellation);
    }

    /// <summary>These sign from now on.</summary>
    public void TakeOver(S3Credentials next)
    {
        Volatile.Write(ref refused, null);
        Volatile.Write(ref active, next);
    }

    /// <summary>These did not work; they are not tried again by themselves for five minutes.</summary>
    public void Refuse(S3Credentials candidate)
    {
        Volatile.Write(ref refusedUntil, time.GetTimestamp() + (long)(TryAgain.TotalSeconds * time.TimestampFrequency));
        Volatile.Write(ref refused, candidate);
    }

    private async ValueTask<S3Credentials> AwaitAsync(ValueTask<S3Credentials?> asked) => Choose(await asked);

    private S3Credentials Choose(S3Credentials? found)
    {
        var current = Volatile.Read(ref active);
        if (found is null) return current is { Expires: null } ? current : throw new PresignedUrlException(chain.AreExpected
            ? "The credentials that are set up cannot be had, and an anonymous URL cannot be presigned. Renew them ('aws sso login' for single sign-on), or see to what gives them: the log says why they cannot."
            : "There are no credentials to sign with, and an anonymous URL cannot be presigned. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile.");
        if (ReferenceEquals(found, current)) return found;
        // The chain makes them anew each time it looks: from here on it is this one that is recognised at a glance.
        if (found == current) return Interlocked.CompareExchange(ref active, found, current) == current ? found : current;
        if (current is null)
        {
            return Interlocked.CompareExchange(ref active, found, null) ?? found;
        }
        if (current.Expires is null && found.Expires is null)
        {
            if (found != Volatile.Read(ref refused) || time.GetTimestamp() >= Volatile.Read(ref refusedUntil)) Changed();
            return current;
        }
        Volatile.Write(ref active, found);
        return found;
    }
}
