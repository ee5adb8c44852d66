using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Serving;

/// <summary>EDG-01: the edge's path is appended to the origin's prefix.</summary>
public sealed class PrefixTests
{
    [Theory]
    [InlineData("/videos")]
    [InlineData("/videos/")]
    public async Task Get_HttpOriginWithPrefix_AsksBelowIt(string prefix)
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/videos/hls/42/master.m3u8", OriginReply.Text("#EXTM3U"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address + prefix);

        var answer = await sluice.Edge.AskAsync("/hls/42/master.m3u8");

        Assert.Equal((200, "#EXTM3U"), (answer.Status, answer.Text));
        Assert.All(origin.Calls, call => Assert.Equal("/videos/hls/42/master.m3u8", call.Target));
    }

    [Fact]
    public async Task Get_EscapedNames_ReachTheOriginAsTheyAre()
    {
        await using var origin = FaultyOrigin.Start();
        string[] paths = ["/p/a%20b.bin", "/p/a+b.bin", "/p/100%25.bin", "/p/%C3%BC.bin", "/p/a//b.bin"];
        foreach (var path in paths)
            origin.On(path, OriginReply.Text("body of " + path));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address + "/p");

        foreach (var path in paths)
        {
            var answer = await RawHttp.GetAsync(sluice.EdgeAddress, path["/p".Length..]);
            Assert.Equal((200, "body of " + path), (answer.Status, answer.Text));
        }
    }

    [Fact]
    public async Task Get_FolderNamesWithSpacesPlusPercentAndUnicode_AreFound()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["a b.bin", "a+b.bin", "100%.bin", "ü😀.bin", "sub folder/x&y.bin"];
        foreach (var name in names)
            folder.Write(name, "body of " + name);
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);

        foreach (var name in names)
        {
            var path = "/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
            var answer = await RawHttp.GetAsync(sluice.EdgeAddress, path);
            Assert.Equal((200, "body of " + name), (answer.Status, answer.Text));
        }
    }
}
