using Sluice.Commands;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Commands;

public sealed class SignCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Sign_WithTheRoutesFirstKey_PrintsTheUrl() => Assert.Equal(
        (ExitCode.Ok, "/videos/sample.mp4?width=640&height=360&keyid=k1&signature=gl2UYxo5sVwu5MnF2RHkZ2Rx2uu2AGBnYC4wfiM3uzc\n", ""),
        await RunAsync("/videos/sample.mp4?width=640&height=360"));

    [Fact]
    public async Task Sign_OfWhatTellsNoObjectsApart_LeavesItOut() =>
        Assert.Equal(await RunAsync("/videos/sample.mp4?width=640&height=360"), await RunAsync("/videos/sample.mp4?width=640&CMCD=bl%3D100&height=360"));

    [Fact]
    public async Task Sign_OfWholeUrl_KeepsItsServer() =>
        Assert.StartsWith("https://media.example:8443/a%20b.mp4?width=640&keyid=k1&expires=", (await RunAsync("https://media.example:8443/a%20b.mp4?width=640", "--expires", "1h")).Out, StringComparison.Ordinal);

    [Theory]
    [InlineData("/videos/sample.mp4", "/videos/sample.mp4 asks for no variant, and needs no signature")]
    [InlineData("/videos/sample.mp4?width=1", "width must be a whole number from 10 to 2000")]
    [InlineData("/plain/a.mp4?width=640", "the route plain has no signing keys; set routes[].video.signingKeys")]
    [InlineData("videos", "\"videos\" is not a path or URL: the path must begin with a slash")]
    public async Task Sign_OfWhatCannotBe_SaysWhy(string url, string problem) => Assert.Equal((ExitCode.Usage, "", $"sluice: {problem}\n"), await RunAsync(url));

    private Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        var file = folder.Write("sluice.json", $$"""
            { "routes": [
              { "name": "plain", "pattern": "/plain/*", "origins": ["{{folder.Path}}"] },
              { "name": "signed", "origins": ["{{folder.Path}}"], "video": { "signingKeys": ["k1:an older secret of 32 characters", "k2:the newer secret of 32 characters"] } }
            ] }
            """);
        return CommandLine.RunAsync(["variants", "sign", .. args, "--config", file]);
    }
}
