using System.Net;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What a folder or bucket brings and may not be kept: they are asked for whole chunks, or for the head first, and the client must not notice.</summary>
public sealed class UnstoredAnswersTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new() { Length = 1_000_000 };
    private readonly string directory = Directory.CreateTempSubdirectory("sluice-unstored-").FullName;

    public static TheoryData<string, bool> Refusals { get; } = new()
    {
        { "no-store", false }, { "no-store", true }, { "private", false }, { "private", true },
    };

    public void Dispose() => Directory.Delete(directory, true);

    [Theory, MemberData(nameof(Refusals))]
    public async Task Get_PartOfWhatMayNotBeKept_IsThatPart(string control, bool disk)
    {
        origin.Extra.Add("Cache-Control", control);
        await using var edge = await StartAsync(origin, disk);
        foreach (var (range, start, end) in ((string, long, long)[])[("bytes=300000-300099", 300_000, 300_100), ("bytes=-100", 999_900, 1_000_000), ("bytes=999990-", 999_990, 1_000_000), ("bytes=0-", 0, 1_000_000)])
            for (var i = 0; i < 2; i++)
            {
                var (head, body) = await edge.GetAsync("/a.mp4", ("Range", range));
                Assert.Equal((HttpStatusCode.PartialContent, $"bytes {start}-{end - 1}/1000000"), (head.StatusCode, head.Content.Headers.ContentRange!.ToString()));
                Assert.True(body.AsSpan().SequenceEqual(origin.Expected(start, end)));
                Assert.Equal((control, "MISS", "*"), (head.Headers.CacheControl!.ToString(), head.Headers.GetValues("X-Cache-Status").Single(), head.Headers.GetValues("Access-Control-Allow-Origin").Single()));
            }

        Assert.Equal(0, edge.Cache.GetStatistics().Objects);
    }

    [Theory]
    [InlineData("bytes=100-199", 100, 200)]
    [InlineData("bytes=-100", 999_900, 1_000_000)]
    public async Task Get_PartForARequestThatForbidsToStore_IsThatPart(string range, long start, long end)
    {
        await using var edge = await StartAsync(origin, true);
        var (head, body) = await edge.GetAsync("/a.mp4", ("Range", range), ("Cache-Control", "no-store"));
        Assert.Equal($"bytes {start}-{end - 1}/1000000", head.Content.Headers.ContentRange?.ToString());
        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(start, end)));
        Assert.Equal(0, edge.Cache.GetStatistics().Objects);
    }

    [Theory]
    [InlineData("Range", "bytes=1000000-", HttpStatusCode.RequestedRangeNotSatisfiable, 0)]
    [InlineData("If-None-Match", "\"1\"", HttpStatusCode.NotModified, 0)]
    [InlineData("If-Match", "\"2\"", HttpStatusCode.PreconditionFailed, 0)]
    [InlineData("Accept", "*/*", HttpStatusCode.OK, 1_000_000)]
    public async Task Get_WhatMayNotBeKept_IsAnsweredAsWhatMay(string name, string value, HttpStatusCode status, int length)
    {
        origin.Extra.Add("Cache-Control", "private");
        await using var edge = await StartAsync(origin, false);
        var (head, body) = await edge.GetAsync("/a.mp4", (name, value));
        Assert.Equal((status, length), (head.StatusCode, body.Length));
        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, length)));
    }

    [Fact]
    public async Task Get_WhatMayNotBeKeptFromMany_IsWholeForEach()
    {
        origin.Extra.Add("Cache-Control", "private");
        await using var edge = await StartAsync(origin, true);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => edge.GetAsync("/a.mp4", ("Range", $"bytes={i * 25_000}-{(i * 25_000) + 24_999}"))));
        for (var i = 0; i < answers.Length; i++) Assert.True(answers[i].Body.AsSpan().SequenceEqual(origin.Expected(i * 25_000, (i + 1) * 25_000)));
        Assert.Equal(0, edge.Cache.GetStatistics().MemoryBytes);
    }

    [Fact]
    public async Task Get_TheEndOfAFileThatWasJustWritten_IsTheEnd()
    {
        await using var edge = await StartUnsettledAsync("0123456789"u8.ToArray());
        var (head, body) = await edge.GetAsync("/a.mp4", ("Range", "bytes=-3"));
        Assert.Equal((HttpStatusCode.PartialContent, "789"), (head.StatusCode, System.Text.Encoding.ASCII.GetString(body)));
    }

    // As viewers of a recording that goes on. The part that one was given was kept, others were led to it and could not have theirs.
    [Fact]
    public async Task Get_PartsOfAFileThatIsBeingWrittenByMany_AreThoseParts()
    {
        var bytes = origin.Expected(0, 3_000_000);
        await using var edge = await StartUnsettledAsync(bytes);
        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => edge.GetAsync("/a.mp4", ("Range", i % 4 == 0 ? $"bytes=-{150_000 * (20 - i)}" : $"bytes={i * 150_000}-{(i * 150_000) + 9_999}"))));
            for (var i = 0; i < answers.Length; i++)
            {
                Assert.Equal(HttpStatusCode.PartialContent, answers[i].Head.StatusCode);
                Assert.True(answers[i].Body.AsSpan().SequenceEqual(bytes.AsSpan(i * 150_000, i % 4 == 0 ? 150_000 * (20 - i) : 10_000)));
            }
        }
    }

    [Fact]
    public async Task Get_PartOfAnotherVersionThanTheFileThatIsBeingWritten_IsTheWholeFile()
    {
        await using var edge = await StartUnsettledAsync(origin.Expected(0, 600_000));
        var (head, body) = await edge.GetAsync("/a.mp4", ("Range", "bytes=300000-"), ("If-Range", "\"old\""));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, 600_000)));
    }

    /// <summary>In front of a file whose tag is weak until it has been left alone for two seconds, as where the file system's times are that coarse.</summary>
    private async Task<EdgeServer> StartUnsettledAsync(byte[] bytes)
    {
        var now = new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);
        var clock = new ManualTimeProvider(new DateTimeOffset(now));
        var root = Path.Combine(directory, "files");
        Directory.CreateDirectory(root);
        var file = Path.Combine(root, "a.mp4");
        await File.WriteAllBytesAsync(file, bytes);
        File.SetLastWriteTimeUtc(file, now);
        return await EdgeServer.StartAsync(FolderOrigin.Create("files", root, clock), clock);
    }

    private Task<EdgeServer> StartAsync(IOrigin from, bool disk) => EdgeServer.StartAsync(
        from,
        time,
        new ObjectCacheOptions { MemoryBytes = 8 << 20, Disk = disk ? new DiskTierOptions { Directory = directory, MinimumFreeBytes = 0 } : null });
}
