using Sluice.S3.Credentials;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>Temporary credentials as a role gives them: renewed five minutes before they end.</summary>
internal sealed class TimedCredentials(TimeProvider time, TimeSpan lifetime) : IS3Credentials
{
    private readonly Dictionary<string, DateTimeOffset> ends = [];
    private S3Credentials? current;

    public int Issued => ends.Count;

    public DateTimeOffset EndOf(string token) => ends[token];

    public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (current is null || current.Expires - TimeSpan.FromMinutes(5) <= now)
        {
            current = new("ASIA", "secret", $"token{ends.Count}", now + lifetime);
            ends[current.SessionToken!] = now + lifetime;
        }
        return new(current);
    }

    public S3Credentials? Held(DateTimeOffset now) => current is not null && current.Expires - TimeSpan.FromMinutes(5) > now ? current : null;

    public void Reject(S3Credentials? credentials) => current = null;
}
