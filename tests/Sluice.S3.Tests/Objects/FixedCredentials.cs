using Sluice.S3.Credentials;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Objects;

/// <summary>Hands out credentials in order, the next one after each rejection; the last one stays.</summary>
internal sealed class FixedCredentials(params S3Credentials[] inOrder) : IS3Credentials
{
    private int at;
    private bool empty;

    public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation) => new(Held(default));

    public S3Credentials? Held(DateTimeOffset now) => empty || inOrder.Length == 0 ? null : inOrder[Math.Min(at, inOrder.Length - 1)];

    public void RunOut() => empty = true;

    public void Reject(S3Credentials? credentials) => at++;
}
