using Sluice.Core.Freshness;
using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>What is known of an object before its body: that it may be kept, its tag if it has one, and its length if that is told.</summary>
internal static class BodyMetadata
{
    public static ObjectMetadata Of(string? tag, long? length = null) => new()
    {
        Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion(tag, null, length),
        Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
    };
}
