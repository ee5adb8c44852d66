using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Attacks;

/// <summary>More connections than the process may open files.</summary>
public sealed class ConnectionFloodTests
{
    [Fact]
    public async Task Flood_BeyondOpenFiles_TakesNoProcessorIsToldAndEnds()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "a");
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        Assert.Equal(200, (await sluice.Edge.AskAsync("/a.txt")).Status);
        await sluice.LimitFilesAsync(50);

        var flood = new List<RawHttp>();
        for (var i = 0; i < 100; i++) flood.Add(await RawHttp.ConnectAsync(sluice.EdgeAddress));
        Assert.True(await sluice.SaysAsync("LimitNOFILE="), sluice.Log);
        var before = sluice.ProcessorTime;
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        var taken = sluice.ProcessorTime - before;
        flood.ForEach(connection => connection.Dispose());

        // Asking the kernel again and again took all of one processor.
        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal("a", (await sluice.Edge.AskAsync("/a.txt")).Text);
    }
    [Theory]
    [InlineData("edge")]
    [InlineData("API")]
    public async Task Flood_OfAListenerOfTheWebServer_TakesNoProcessorAndEnds(string listener)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "a");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path,
            Environment = new Dictionary<string, string> { ["SLUICE__Edge__FastHits"] = "false" },
            OpenFiles = 400,
        });

        var flood = new List<RawHttp>();
        for (var i = 0; i < 400; i++) flood.Add(await RawHttp.ConnectAsync(listener == "API" ? sluice.ApiAddress : sluice.EdgeAddress));
        Assert.True(await sluice.SaysAsync("LimitNOFILE="), sluice.Log);
        var before = sluice.ProcessorTime;
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        var taken = sluice.ProcessorTime - before;
        // The other listener has files left to work with.
        if (listener == "API") Assert.Equal("a", (await sluice.Edge.AskAsync("/a.txt")).Text);
        else Assert.Equal("ok", (string?)(await sluice.ApiJsonAsync("/health/ready"))["status"]);
        flood.ForEach(connection => connection.Dispose());

        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal("a", (await sluice.Edge.AskAsync("/a.txt")).Text);
    }
}
