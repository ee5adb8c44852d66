using Sluice.S3.Signing;

namespace Sluice.S3.Credentials;

/// <summary>Anonymous access.</summary>
internal sealed class NoCredentials : IS3Credentials
{
    public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation) => default;

    public S3Credentials? Held(DateTimeOffset now) => null;

    public void Reject(S3Credentials? credentials) { }
}
