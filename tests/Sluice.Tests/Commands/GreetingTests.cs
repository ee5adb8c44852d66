using System.Net;
using Sluice.Commands;
using Sluice.Configuration;

namespace Sluice.Tests.Commands;

public class GreetingTests
{
    // A path that nothing is at teaches nobody anything.
    [Theory]
    [InlineData("/live*", null)]
    [InlineData("*.m3u8", null)]
    [InlineData("/videos/*/master.m3u8", null)]
    [InlineData("/hls/*", "/hls/")]
    [InlineData("/robots.txt", "/robots.txt")]
    public void For_Route_NamesAPathOfItOrNone(string pattern, string? path)
    {
        var options = new SluiceOptions { Routes = { new RouteSection { Pattern = pattern } } };
        var lines = Greeting.For(options, new(IPAddress.Loopback, 1), new(IPAddress.Loopback, 2)).Split(Environment.NewLine);
        Assert.Equal(path is null ? null : "Try: curl -sI http://127.0.0.1:1" + path, Array.Find(lines, line => line.StartsWith("Try:", StringComparison.Ordinal)));
    }
}
