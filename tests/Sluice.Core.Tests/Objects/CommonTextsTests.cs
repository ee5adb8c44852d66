using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>What objects have in common is in memory once.</summary>
public class CommonTextsTests
{
    [Fact]
    public void Metadata_DecodedTwice_SharesFieldNamesAndCommonValues()
    {
        var stored = ObjectMetadataFormat.Encode(new ObjectMetadata
        {
            Status = 200,
            Headers = new HeaderList { { "X-Shared-Name", "a value of many objects" }, { "ETag", "\"one version\"" } },
            Version = new ObjectVersion("\"one version\"", null, 5),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch },
        });

        var (one, other) = (ObjectMetadataFormat.TryDecode(stored)!, ObjectMetadataFormat.TryDecode(stored)!);

        Assert.Same(one.Headers[0].Key, other.Headers[0].Key);
        Assert.Same(one.Headers[0].Value, other.Headers[0].Value);
        Assert.Same(one.Version.ETag, one.Headers[1].Value);
    }

    [Fact]
    public void Texts_OfManyKinds_ComeBackEqual()
    {
        for (var n = 0; n < 10_000; n++) Assert.Equal($"text {n}", CommonTexts.Of($"text {n}"));
    }

    [Fact]
    public void Text_Long_IsNotKept()
    {
        var text = new string('x', CommonTexts.LongestText + 1);

        Assert.NotSame(CommonTexts.Of(text), CommonTexts.Of(new string('x', text.Length)));
    }
}
