using System.Net;
using System.Security.Authentication;
using Sluice.Commands;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Tests.Commands;

/// <summary>An upload to a server that is not always there.</summary>
public sealed class FileUploadTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider clock = new();
    private readonly TemporaryFolder folder = new();
    private readonly Server server = new();
    private readonly StringWriter said = new();

    // Each of them ended the upload, and the video was deleted.
    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(0)]
    public async Task Send_FailsForAMoment_IsTriedAgainFromItsBeginning(int status)
    {
        server.Answers.Enqueue(status);
        server.Answers.Enqueue(status);

        Assert.Null(await SendAsync());

        Assert.Equal(["/0 whole", "/1 whole", "/2 whole"], server.Taken);
        Assert.Matches("sluice: the upload .*(answered with|broke off).*; it is begun again in 1 s\n", said.ToString());
    }

    [Fact]
    public async Task Send_NoOtherAddressCanBeHad_GoesOnWithTheFirst()
    {
        server.Answers.Enqueue(0);

        Assert.Null(await SendAsync(_ => throw new ApiException(ExitCode.Unreachable, "away")));

        Assert.Equal(["/0 whole", "/0 whole"], server.Taken);
    }

    [Fact]
    public async Task Send_CertificateIsNotTrusted_IsNotTriedAgain()
    {
        server.Fault = new HttpRequestException("The SSL connection could not be established, see inner exception.", new AuthenticationException("The remote certificate is invalid"));
        server.Answers.Enqueue(0);

        var failure = await SendAsync();

        Assert.Matches("a.mp4 broke off: The remote certificate is invalid", Assert.IsType<ApiException>(failure).Message);
        Assert.Equal(["/0 whole"], server.Taken);
    }

    [Theory]
    [InlineData(403, 1)]
    [InlineData(413, 1)]
    [InlineData(507, 1)]
    [InlineData(503, 5)]
    public async Task Send_NoTryHelps_SaysWhatWasAnswered(int status, int tries)
    {
        for (var i = 0; i < 9; i++) server.Answers.Enqueue(status);

        var failure = await SendAsync();

        Assert.Contains(status == 413 ? "larger" : $"answered with {status}: no", Assert.IsType<ApiException>(failure).Message, StringComparison.Ordinal);
        Assert.Equal(tries, server.Taken.Count);
    }

    public void Dispose()
    {
        server.Dispose();
        said.Dispose();
        folder.Dispose();
    }

    private async Task<Exception?> SendAsync(Func<int, Uri>? renew = null)
    {
        var renewed = 0;
        var terminal = new Terminal(TextWriter.Null, said, new Dictionary<string, string>(), clock);
        var upload = new FileUpload(server, new ProgressLine(terminal), terminal);
        var sending = Record.ExceptionAsync(() => upload.SendAsync(Url(0), () => Task.FromResult((renew ?? Url)(++renewed)), folder.Write("a.mp4", "whole"), TestContext.Current.CancellationToken));
        Assert.True(await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(sending.IsCompleted);
        }, Limit));
        return await sending;
    }

    private static Uri Url(int number) => new($"http://server/{number}");

    /// <summary>Answers as it is told, 0 by breaking off, and 200 once there is nothing more.</summary>
    private sealed class Server : HttpMessageHandler
    {
        public Queue<int> Answers { get; } = new();

        public HttpRequestException Fault { get; set; } = new("connection reset");

        public List<string> Taken { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Taken.Add($"{request.RequestUri!.AbsolutePath} {await request.Content!.ReadAsStringAsync(cancellationToken)}");
            return (Answers.TryDequeue(out var status) ? status : 200) is > 0 and var code ? new((HttpStatusCode)code) { Content = new StringContent("no") } : throw Fault;
        }
    }
}
