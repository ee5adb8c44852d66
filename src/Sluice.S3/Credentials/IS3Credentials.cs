using Sluice.S3.Signing;

namespace Sluice.S3.Credentials;

/// <summary>Where an origin's credentials come from.</summary>
internal interface IS3Credentials
{
    /// <summary>The credentials to sign with now; null when there are none, and requests go unsigned.</summary>
    ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation);

    /// <summary>What <see cref="GetAsync"/> would give at <paramref name="now"/> without looking anywhere; null when it would have to look, or there are none.</summary>
    S3Credentials? Held(DateTimeOffset now);

    /// <summary>True when there should be some: there were once, or something is set that is to give them. What is refused for want of them says nothing about what was asked for.</summary>
    bool AreExpected => false;

    /// <summary>The server said these have expired, or (null) there were none: the next call looks for newer ones.</summary>
    void Reject(S3Credentials? credentials);
}
