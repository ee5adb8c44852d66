using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;

namespace Sluice.Edge.Tests.Origins;

[SupportedOSPlatform("linux")]
public class FolderOriginTests : FolderOriginFixture
{
    [Fact]
    public async Task Fetch_File_AnswersWholeBodyWithValidators()
    {
        Write("a/clip.mp4", "0123456789");
        await using var response = await Get("/a/clip.mp4");

        Assert.Equal(200, response.Status);
        Assert.Equal("0123456789", await Text(response));
        Assert.Equal(10, response.BodyLength);
        Assert.Null(response.Range);
        Assert.Equal("10", response.Headers.First("Content-Length"));
        Assert.Equal("video/mp4", response.Headers.First("Content-Type"));
        Assert.Equal("bytes", response.Headers.First("Accept-Ranges"));
        Assert.Equal("Thu, 01 Jan 2026 12:00:00 GMT", response.Headers.First("Last-Modified"));
        Assert.Equal(new ObjectVersion(response.Headers.First("ETag"), "Thu, 01 Jan 2026 12:00:00 GMT", 10), response.Version);
        Assert.Matches("^\"a-[0-9a-f]+-[0-9a-f]+\"$", response.Version.ETag);
        Assert.Equal(OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly, Origin.Traits);
        Assert.Equal("folder:" + Root, Origin.Scope);
    }

    [Theory]
    [InlineData(2L, 5L, "2345", "bytes 2-5/10")]
    [InlineData(7L, null, "789", "bytes 7-9/10")]
    [InlineData(7L, 99L, "789", "bytes 7-9/10")]
    [InlineData(null, 4L, "6789", "bytes 6-9/10")]
    [InlineData(null, 99L, "0123456789", "bytes 0-9/10")]
    public async Task Fetch_Range_AnswersThatPart(long? first, long? last, string expected, string contentRange)
    {
        Write("f.bin", "0123456789");
        await using var response = await Get("/f.bin", new ByteRange(first, last));

        Assert.Equal(206, response.Status);
        Assert.Equal(expected, await Text(response));
        Assert.Equal(contentRange, response.Headers.First("Content-Range"));
        var start = "0123456789".IndexOf(expected, StringComparison.Ordinal);
        Assert.Equal((start, start + expected.Length, 10), response.Range);
        Assert.Equal(expected.Length, response.BodyLength);
        Assert.Equal(10, response.Version.Length);
    }

    [Theory]
    [InlineData("0123456789", 10L, null)]
    [InlineData("0123456789", null, 0L)]
    [InlineData("", 0L, null)]
    [InlineData("", null, 5L)]
    public async Task Fetch_RangeOutside_Answers416WithTheLength(string content, long? first, long? last)
    {
        Write("f.bin", content);
        await using var response = await Get("/f.bin", new ByteRange(first, last));
        Assert.Equal(416, response.Status);
        Assert.Equal($"bytes */{content.Length}", response.Headers.First("Content-Range"));
        Assert.Equal(content.Length, response.Version.Length);
    }

    [Fact]
    public async Task Fetch_EmptyFile_AnswersNoBytes()
    {
        Write("empty.txt", "");
        await using var response = await Get("/empty.txt");
        Assert.Equal((200, 0L, ""), (response.Status, response.BodyLength, await Text(response)));
    }

    [Fact]
    public async Task Fetch_Head_DescribesTheWholeAndBringsNoBody()
    {
        Write("f.bin", "0123456789");
        await using var response = await Origin.FetchAsync(new() { Method = "HEAD", Path = "/f.bin", Range = ByteRange.From(2) }, default);
        Assert.Equal((200, "10", 0L, 10L), (response.Status, response.Headers.First("Content-Length"), response.BodyLength, response.Version.Length));
        Assert.Equal("", await Text(response));
    }

    [Fact]
    public async Task Fetch_HeldVersion_Answers304UntilTheFileChanges()
    {
        Write("f.bin", "0123456789");
        await using var first = await Get("/f.bin");
        await using var again = await Get("/f.bin", held: first.Version);
        Assert.Equal(304, again.Status);
        Assert.Equal(first.Version, again.Version);
        Assert.Equal(first.Version.ETag, again.Headers.First("ETag"));

        Write("f.bin", "9876543210", Old.AddSeconds(1));
        await using var changed = await Get("/f.bin", held: first.Version);
        Assert.Equal(200, changed.Status);
    }

    [Fact]
    public async Task Fetch_RequiredVersion_Answers412OnceTheFileChanged()
    {
        Write("f.bin", "0123456789");
        await using var first = await Get("/f.bin");
        await using var part = await Get("/f.bin", ByteRange.From(4), require: first.Version);
        Assert.Equal(206, part.Status);

        Write("f.bin", "9876543210", Old.AddSeconds(1));
        await using var refused = await Get("/f.bin", ByteRange.From(4), require: first.Version);
        Assert.Equal(412, refused.Status);
        Assert.NotEqual(first.Version.ETag, refused.Version.ETag);
        await using var weak = await Get("/f.bin", require: refused.Version with { ETag = "W/" + refused.Version.ETag });
        Assert.Equal(412, weak.Status);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("get")]
    public async Task Fetch_OtherMethod_Answers405(string method)
    {
        Write("f.bin", "x");
        await using var response = await Origin.FetchAsync(new() { Method = method, Path = "/f.bin" }, default);
        Assert.Equal((405, "GET, HEAD"), (response.Status, response.Headers.First("Allow")));
    }

    [Theory]
    [InlineData("a b.txt", "/a%20b.txt")]
    [InlineData("a+b.txt", "/a+b.txt")]
    [InlineData("100%.txt", "/100%25.txt")]
    [InlineData("%41.txt", "/%2541.txt")]
    [InlineData("ü€😀.txt", "/%C3%BC%E2%82%AC%F0%9F%98%80.txt")]
    [InlineData("ü.txt", "/ü.txt")]
    [InlineData("...", "/...")]
    [InlineData("..a", "/..a")]
    [InlineData("a\nb:*?", "/a%0Ab%3A%2A%3F")]
    [InlineData("d/e/f", "/d/e/f")]
    public async Task Fetch_NameWithAnyCharacter_IsDecodedOnce(string name, string path)
    {
        Write(name, "found");
        await using var response = await Get(path);
        Assert.Equal((200, "found"), (response.Status, await Text(response)));
    }

    [Fact]
    public async Task Fetch_Missing_Answers404()
    {
        Write("f", "x");
        foreach (var path in new[] { "/g", "/f/", "/f/g", "/", "", "f", "/" + new string('x', 256), "/" + string.Concat(Enumerable.Repeat("y/", 8000)) + "z" })
            Assert.Equal(404, await StatusOf(path));
    }

    [Fact]
    public async Task Fetch_UnreadableFile_Answers403()
    {
        var path = Write("secret.txt", "x");
        File.SetUnixFileMode(path, UnixFileMode.None);
        var statuses = new List<int>();
        // On a thread of its own that has no rights over files, since whoever runs the tests may be root.
        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(65534);
            foreach (var method in new[] { "GET", "HEAD" })
                statuses.Add(Origin.FetchAsync(new() { Method = method, Path = "/secret.txt" }, default).AsTask().GetAwaiter().GetResult().Status);
        });
        File.SetUnixFileMode(Base, File.GetUnixFileMode(Base) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        thread.Start();
        thread.Join();
        Assert.Equal([403, 403], statuses);
    }

    [Fact]
    public void Create_MissingFolderOrFile_SaysWhich()
    {
        var file = Write("f", "x");
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => FolderOrigin.Create("x", Base + "/none", Clock)).Message);
        Assert.Contains("not a folder", Assert.Throws<DirectoryNotFoundException>(() => FolderOrigin.Create("x", file, Clock)).Message);
    }

    [Fact]
    public async Task Fetch_FolderGone_IsAFailureAndNot404()
    {
        Directory.Delete(Root);
        var failure = await Assert.ThrowsAsync<OriginException>(() => Get("/f"));
        Assert.Equal(OriginFailure.Unreachable, failure.Failure);
        Assert.Contains("files", failure.Message);
    }

    [Fact]
    public async Task Fetch_EveryOutcome_ClosesItsHandles()
    {
        Write("f.bin", "0123456789");
        var version = new ObjectVersion(null, null, null);
        await using (var whole = await Get("/f.bin"))
        {
            version = whole.Version;
            Assert.Equal(1, OpenBelow(Root));
        }
        await (await Get("/f.bin", held: version)).DisposeAsync();
        await (await Get("/f.bin", ByteRange.From(99))).DisposeAsync();
        await (await Get("/f.bin", require: new ObjectVersion("\"x\"", null, null))).DisposeAsync();
        await (await Get("/none")).DisposeAsync();
        await (await Get("/")).DisposeAsync();
        Assert.Equal(0, OpenBelow(Root));
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(uint user);

    private static int OpenBelow(string folder) =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(fd => fd.LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true);
}
