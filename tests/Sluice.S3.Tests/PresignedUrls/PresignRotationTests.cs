using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>Rotation against a server that does not answer; what a real one says is in the integration tests.</summary>
public sealed class PresignRotationTests : IAsyncDisposable
{
    private readonly FaultyOrigin server = FaultyOrigin.Start();
    private readonly ManualTimeProvider clock = new();
    private readonly FixedCredentials chain = new(PresignBed.Key, new S3Credentials("AKIANEWER", "secret"));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Rotate_ServerThatNeverAnswers_IsGivenUpAndLeavesTheOldKey()
    {
        server.On("/media/a", new() { NeverAnswers = true }).On("/media/sluice-probe", new() { NeverAnswers = true });
        await using var bed = Bed();
        var before = await bed.UrlAsync("a");

        var rotation = bed.Urls.RotateAsync(TestContext.Current.CancellationToken);
        while (server.Calls.Count == 0) await Task.Yield();
        clock.Advance(TimeSpan.FromSeconds(5));
        var report = await rotation.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal((false, "could not be reached"), (report.Rotated, report.Reason.Contains("could not be reached", StringComparison.Ordinal) ? "could not be reached" : report.Reason));
        Assert.Equal(before, await bed.UrlAsync("a"));
    }

    // A server that has just started would have the one key that there is deactivated.
    [Fact]
    public async Task Rotate_BeforeAnythingWasSigned_CallsNoKeyNew()
    {
        server.On("/media/sluice-probe", OriginReply.Error(404));
        await using var bed = new PresignBed(time: clock, credentials: new FixedCredentials(PresignBed.Key, PresignBed.Key), bucket: PresignBed.Bucket with { Endpoint = new(server.Address) });

        var report = await bed.Urls.RotateAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("Nothing was signed since the start", report.Reason, StringComparison.Ordinal);
        await bed.UrlAsync("a");
        Assert.False((await bed.Urls.RotateAsync(TestContext.Current.CancellationToken)).Rotated);
    }

    [Fact]
    public async Task Dispose_WhileAServerDoesNotAnswerTheRotation_Ends()
    {
        server.On("/media/a", new() { NeverAnswers = true });
        var bed = Bed();
        await bed.UrlAsync("a");
        chain.Reject(PresignBed.Key);
        await bed.UrlAsync("b");
        while (server.Calls.Count == 0) await Task.Yield();

        await bed.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rotate_AfterDispose_NamesWhatWasDisposed()
    {
        var bed = Bed();
        await bed.DisposeAsync();

        var closed = await Assert.ThrowsAsync<ObjectDisposedException>(() => bed.Urls.RotateAsync(TestContext.Current.CancellationToken));

        Assert.Equal(typeof(IPresignedUrls).FullName, closed.ObjectName);
    }

    private PresignBed Bed() => new(time: clock, credentials: chain, bucket: PresignBed.Bucket with { Endpoint = new(server.Address) });
}
