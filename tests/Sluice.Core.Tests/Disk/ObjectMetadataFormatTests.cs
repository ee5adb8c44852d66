using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Disk;

public sealed class ObjectMetadataFormatTests
{
    private static readonly ObjectMetadata Sample = new()
    {
        Status = 200,
        Headers = new HeaderList([new("Content-Type", "video/mp4"), new("X", "")]),
        Version = new ObjectVersion("\"e\"", "Fri", 300),
        Freshness = new ObjectFreshness
        {
            ReceivedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            InitialAge = TimeSpan.FromTicks(1),
            Lifetime = TimeSpan.FromTicks(-1),
            StaleWhileRevalidate = TimeSpan.FromTicks(64),
            StaleIfError = TimeSpan.Zero,
            AlwaysRevalidate = true,
            NeverStale = true,
        },
        Tags = ["t", "ü"],
        Source = "/a",
        Vary = [new("accept", "*/*"), new("dpr", null)],
    };

    [Fact]
    public void Encode_Sample_GivesTheBytesOfVersionOne()
    {
        // 01 | C801 = 200 | 1F all flags | "e" | Fri | AC02 = 300 | received | 1, -1, 64, 0 | /a | two headers | two tags | two Vary fields | CRC-32C
        Assert.Equal(
            "01C8011F03226522" + "03467269" + "AC02" + "8082B8EBF2EAA4DE11" + "02" + "01" + "8001" + "00" + "022F61"
            + "02" + "0C436F6E74656E742D54797065" + "09766964656F2F6D7034" + "0158" + "00"
            + "02" + "0174" + "02C3BC" + "02" + "06616363657074" + "01" + "032A2F2A" + "03647072" + "00",
            Convert.ToHexString(ObjectMetadataFormat.Encode(Sample)[..^4]));
        Assert.Equal("3F6CADD7", Convert.ToHexString(ObjectMetadataFormat.Encode(Sample)[^4..]));
    }

    [Fact]
    public void Decode_WhatWasEncoded_IsTheSame() => AssertSame(Sample, ObjectMetadataFormat.TryDecode(ObjectMetadataFormat.Encode(Sample)));

    [Fact]
    public void Decode_EveryFlippedBitAndEveryCut_IsNotLoaded()
    {
        var bytes = ObjectMetadataFormat.Encode(Sample);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(ObjectMetadataFormat.TryDecode(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        for (var length = 0; length < bytes.Length; length++) Assert.Null(ObjectMetadataFormat.TryDecode(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Decode_AnotherVersion_IsNotLoaded()
    {
        var bytes = ObjectMetadataFormat.Encode(Sample)[..^4];
        bytes[0] = 2;
        Assert.Null(ObjectMetadataFormat.TryDecodePayload(bytes));
    }

    [Fact]
    public void DecodePayload_AnyBytes_NeverThrows()
    {
        var random = new Random(1);
        var sample = ObjectMetadataFormat.Encode(Sample)[..^4];
        for (var i = 0; i < 50_000; i++)
        {
            // Half of them nearly right, past the checksum that would stop them.
            var bytes = i % 2 == 0 ? new byte[random.Next(100)] : [.. sample];
            if (i % 2 == 0) random.NextBytes(bytes);
            else for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (bytes.Length > 0 && i % 4 == 0) bytes[0] = 1;
            ObjectMetadataFormat.TryDecodePayload(bytes);
        }
    }

    [Fact]
    public void Decode_AnyMetadata_RoundTrips()
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(value => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Get)));
        var lines = text.Zip(text).Select(pair => new KeyValuePair<string, string>(pair.Item1, pair.Item2)).ListOf();
        var span = ArbMap.Default.GeneratorFor<long>().Select(ticks => new TimeSpan(ticks));
        var metadata =
            from status in Gen.Choose(200, 599)
            from headers in lines
            from vary in lines
            from tags in text.ListOf()
            from source in text
            from tag in text.OrNull()
            from modified in text.OrNull()
            from length in ArbMap.Default.GeneratorFor<NonNegativeInt?>()
            from spans in span.ListOf(4)
            from flags in Gen.Choose(0, 7)
            select new ObjectMetadata
            {
                Status = status,
                Headers = new HeaderList(headers),
                Version = new ObjectVersion(tag, modified, length is { } known ? known.Get * 4_000_000_000L : null),
                Freshness = new ObjectFreshness
                {
                    ReceivedAt = new DateTimeOffset(Math.Abs(spans[0].Ticks % DateTime.MaxValue.Ticks), TimeSpan.Zero),
                    InitialAge = spans[0], Lifetime = spans[1], StaleWhileRevalidate = spans[2], StaleIfError = spans[3],
                    AlwaysRevalidate = (flags & 1) != 0, NeverStale = (flags & 2) != 0, NeverStaleOnRequest = (flags & 4) != 0,
                },
                Tags = [.. tags],
                Source = source,
                Vary = [.. vary.Select(line => new KeyValuePair<string, string?>(line.Key, line.Value.Length == 0 ? null : line.Value))],
            };
        Prop.ForAll(metadata.ToArbitrary(), one => AssertSame(one, ObjectMetadataFormat.TryDecode(ObjectMetadataFormat.Encode(one)))).QuickCheckThrowOnFailure();
    }

    private static void AssertSame(ObjectMetadata expected, ObjectMetadata? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Status, actual.Status);
        Assert.Equal(expected.Version, actual.Version);
        Assert.Equal(expected.Freshness, actual.Freshness);
        Assert.Equal(expected.Source, actual.Source);
        Assert.Equal(expected.Headers.AsEnumerable(), actual.Headers);
        Assert.Equal(expected.Tags, actual.Tags);
        Assert.Equal(expected.Vary, actual.Vary);
    }
}
