using System.Diagnostics;
using System.Net;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Embedding;

/// <summary>samples/embed-in-aspnet, run as a reader of it would.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Sample_AsItsCommentsSay_CachesItsOwnAnswers()
    {
        var address = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        using var app = Process.Start(new ProcessStartInfo("dotnet", [Tool.Sample("embed-in-aspnet"), "--urls", address.ToString()]) { RedirectStandardOutput = true })!;
        try
        {
            _ = app.StandardOutput.ReadToEndAsync();
            Assert.True(await Eventually.HoldsAsync(() => AnswersAsync(address), TimeSpan.FromSeconds(60)));
            Assert.Equal("MISS", (await RawHttp.GetAsync(address, "/report")).Header("X-Cache-Status"));
            var hit = await RawHttp.GetAsync(address, "/report");
            Assert.Equal("HIT", hit.Header("X-Cache-Status"));
            var part = await RawHttp.GetAsync(address, "/report", "Range: bytes=0-9");
            Assert.Equal((206, hit.Text[..10]), (part.Status, part.Text));

            using var http = new HttpClient { BaseAddress = address };
            Assert.Equal("1 purged\n", await (await http.PostAsync("/publish", null)).Content.ReadAsStringAsync());
            Assert.Equal("MISS", (await RawHttp.GetAsync(address, "/report")).Header("X-Cache-Status"));
            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/report", null)).StatusCode);
            Assert.Contains("edition 2", (await RawHttp.GetAsync(address, "/report")).Text, StringComparison.Ordinal);
        }
        finally
        {
            app.Kill();
            await app.WaitForExitAsync();
        }
    }

    private static async Task<bool> AnswersAsync(Uri address)
    {
        try
        {
            return (await RawHttp.GetAsync(address, "/time")).Status == 200;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
