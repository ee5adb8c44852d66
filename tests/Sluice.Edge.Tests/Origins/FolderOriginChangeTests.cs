using System.Runtime.Versioning;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;

namespace Sluice.Edge.Tests.Origins;

[SupportedOSPlatform("linux")]
public class FolderOriginChangeTests : FolderOriginFixture
{
    private static readonly string Large = new('x', 200_000);

    [Fact]
    public async Task Read_FileReplacedUnderItsName_KeepsTheOldVersionToTheEnd()
    {
        var path = Write("f", Large);
        await using var response = await Get("/f");
        var start = new byte[1000];
        await response.Body.ReadExactlyAsync(start);
        File.WriteAllText(path + ".new", new string('y', 200_000));
        File.Move(path + ".new", path, overwrite: true);
        Assert.Equal(Large[1000..], await Text(response));

        await using var next = await Get("/f");
        Assert.NotEqual(response.Version.ETag, next.Version.ETag);
    }

    [Fact]
    public async Task Read_FileRewrittenInPlace_FailsAsChanged()
    {
        var path = Write("f", Large);
        await using var response = await Get("/f");
        await response.Body.ReadExactlyAsync(new byte[1000]);
        await using (var file = File.OpenWrite(path)) file.Write(new byte[10]);
        var failure = await Assert.ThrowsAsync<OriginException>(async () => await response.Body.ReadExactlyAsync(new byte[10]));
        Assert.Equal(OriginFailure.Changed, failure.Failure);
    }

    [Fact]
    public async Task Read_FileCutShort_FailsAsTruncated()
    {
        var path = Write("f", Large);
        await using var response = await Get("/f");
        await response.Body.ReadExactlyAsync(new byte[1000]);
        File.WriteAllText(path, "short");
        var failure = await Assert.ThrowsAsync<OriginException>(async () => await response.Body.ReadExactlyAsync(new byte[10]));
        Assert.Equal(OriginFailure.Truncated, failure.Failure);
    }

    [Fact]
    public async Task Fetch_JustModified_WaitsOutTheTickAndIsStrong()
    {
        Write("f", "x", Clock.GetUtcNow().UtcDateTime.AddMilliseconds(-10).AddTicks(1));
        var pending = Get("/f");
        Assert.False(pending.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(41));
        await using var response = await pending;
        Assert.True(response.Version.IsStrong);
    }

    [Fact]
    public async Task Fetch_ChangesWhileWaitedFor_IsWeakInTheEnd()
    {
        Write("f", "x", Clock.GetUtcNow().UtcDateTime.AddTicks(-1));
        var pending = Get("/f");
        for (var i = 0; i < 3; i++)
        {
            while (Clock.ActiveTimers == 0) await Task.Yield();
            // Young again by the time the waiting fetch looks once more.
            Write("f", "x", Clock.GetUtcNow().UtcDateTime.AddMilliseconds(50).AddTicks(-1));
            Clock.Advance(TimeSpan.FromMilliseconds(50));
        }
        await using var response = await pending;
        Assert.False(response.Version.IsStrong);
    }

    // A file system that keeps whole seconds may show two contents of the last 2 s under one time.
    [Fact]
    public async Task Fetch_CoarseTimeWithinTwoSeconds_GetsAWeakTagThatIsNeverGivenTwice()
    {
        var now = new DateTime(2026, 1, 5, 0, 0, 1, DateTimeKind.Utc);
        Clock.Advance(now - Clock.GetUtcNow().UtcDateTime);
        Write("f", "one", now.AddSeconds(-1));
        await using var first = await Get("/f");
        Write("f", "two", now.AddSeconds(-1));
        await using var second = await Get("/f", held: first.Version);
        Assert.False(first.Version.IsStrong);
        Assert.Equal(200, second.Status);
        Assert.False(first.Version.Matches(second.Version));

        Clock.Advance(TimeSpan.FromSeconds(1));
        await using var settled = await Get("/f");
        Assert.True(settled.Version.IsStrong);
        Assert.False(settled.Version.Matches(second.Version));
    }

    // The real clock and the real file system: same length, as fast as can be.
    [Fact]
    public async Task Fetch_RewrittenAtOnceWithTheSameLength_NeverHasOneStrongTagForTwoContents()
    {
        var origin = FolderOrigin.Create("real", Root, TimeProvider.System);
        var seen = new Dictionary<string, string>();
        for (var i = 0; i < 10; i++)
        {
            File.WriteAllText(Path.Combine(Root, "f"), $"content {i}");
            await using var response = await origin.FetchAsync(new() { Path = "/f" }, default);
            Assert.Equal($"content {i}", await Text(response));
            Assert.True(seen.TryAdd(response.Version.ETag!, $"content {i}"));
        }
    }
}
