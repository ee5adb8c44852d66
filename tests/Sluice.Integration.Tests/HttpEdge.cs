using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests;

/// <summary>The program in front of a <see cref="FaultyOrigin"/>, shared by the tests of a class; each test has paths of its own.</summary>
public sealed class HttpEdge : IAsyncLifetime
{
    private static int _names;

    public FaultyOrigin Origin { get; } = FaultyOrigin.Start();

    public SluiceProcess Sluice { get; private set; } = null!;

    public HttpClient Edge => Sluice.Edge;

    /// <summary>A path no other test uses.</summary>
    public static string Unique(string extension = ".bin") => $"/u{Interlocked.Increment(ref _names)}/object{extension}";

    /// <summary>Puts an object at a path of its own, and answers the path.</summary>
    public string Put(OriginReply reply, string extension = ".bin")
    {
        var path = Unique(extension);
        Origin.On(path, reply);
        return path;
    }

    /// <summary>
    /// Puts an object that has shown it honours ranges: an HTTP origin's first range of an object goes to it
    /// unchanged, and only an answer of 206 with a strong validator lets the edge ask for chunks.
    /// </summary>
    public async Task<string> PutShownAsync(OriginReply reply)
    {
        var path = Put(reply, ".mp4");
        Assert.Equal(206, (await Edge.AskAsync(path, "Range: bytes=1-1")).Status);
        return path;
    }

    public async ValueTask InitializeAsync() => Sluice = await SluiceProcess.StartAsync(Origin.Address);

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null)
            await Sluice.DisposeAsync();
        await Origin.DisposeAsync();
    }
}
