using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Objects;

/// <summary>Answers that are late, cut, wrong or refused. The server's Date is the real one, so the clock starts there.</summary>
public class S3OriginFaultTests() : S3OriginTestBase(TimeProvider.System.GetUtcNow())
{
    private static readonly OriginReply Clip = OriginReply.Object(seed: 7, length: 100_000);

    [Theory]
    [InlineData(404, "NoSuchKey", 404, "")]
    [InlineData(404, "", 404, "")]
    [InlineData(403, "AccessDenied", 403, "s3:GetObject")]
    [InlineData(403, "AccessDenied", 403, "kms:Decrypt")]
    [InlineData(403, "", 403, "s3:GetObject")]
    [InlineData(403, "", 403, "proxy or firewall")]
    [InlineData(403, "SignatureDoesNotMatch", 502, "secret key does not belong")]
    [InlineData(403, "InvalidAccessKeyId", 502, "does not know this access key")]
    [InlineData(403, "ExpiredToken", 502, "have expired")]
    [InlineData(404, "NoSuchBucket", 502, "no such bucket")]
    [InlineData(301, "PermanentRedirect", 502, "another region")]
    [InlineData(400, "AuthorizationHeaderMalformed", 502, "another region")]
    [InlineData(400, "KeyTooLongError", 404, "")]
    [InlineData(400, "InvalidObjectName", 404, "")]
    [InlineData(400, "XMinioInvalidObjectName", 404, "")]
    [InlineData(400, "InvalidRequest", 502, "SSE-C")]
    [InlineData(400, "KMS.DisabledException", 502, "key of KMS")]
    [InlineData(400, "Whatever", 502, "did not understand")]
    [InlineData(405, "MethodNotAllowed", 405, "does not give")]
    [InlineData(409, "OperationAborted", 409, "")]
    [InlineData(407, "", 502, "NO_PROXY")]
    [InlineData(204, "", 502, "does not give")]
    [InlineData(500, "InternalError", 503, "")]
    [InlineData(503, "SlowDown", 503, "")]
    [InlineData(429, "SlowDown", 503, "")]
    public async Task Get_Refused_IsToldInOurWordsAndExplainedToTheOperator(int status, string code, int expected, string hint)
    {
        Server.On("/media/k", Refusal(status, code, new KeyValuePair<string, string>("Retry-After", "7")));
        var origin = Origin();

        for (var i = 0; i < 2; i++)
        {
            await using var response = await origin.FetchAsync(Get("/k"), default);
            var text = Encoding.ASCII.GetString(await BytesOf(response));
            Assert.Equal(expected, response.Status);
            Assert.DoesNotContain("<", text, StringComparison.Ordinal);
            Assert.Equal(expected is 403 or 502, text.Length > 0);
            Assert.Equal(text.Length > 0 ? "text/plain; charset=utf-8" : null, response.Headers.First("Content-Type"));
            Assert.Equal(expected == 503 ? "7" : null, response.Headers.First("Retry-After"));
            Assert.False(response.Headers.Contains("Location"));
        }

        if (hint.Length == 0) Assert.Empty(Log.Lines);
        else Assert.Contains(hint, Assert.Single(Log.Lines), StringComparison.Ordinal); // twice asked, once said
        Assert.DoesNotContain(Log.Lines, line => line.Contains("sesame", StringComparison.Ordinal) || line.Contains("AKIA", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x-amz-bucket-region", "eu-north-1", "lives in eu-north-1:")]
    [InlineData("Location", "https://user:sesame@s3.example:8443/media/k?X-Amz-Signature=sesame", "redirects to https://s3.example:8443:")]
    [InlineData("Location", "/login", "another region")]
    public async Task Get_Redirected_NamesWhere(string field, string value, string hint)
    {
        Server.On("/media/k", Refusal(301, "PermanentRedirect", new KeyValuePair<string, string>(field, value)));

        await using var response = await Origin().FetchAsync(Get("/k"), default);

        Assert.Equal(502, response.Status);
        Assert.Contains(hint, Assert.Single(Log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", Log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_RefusedAgainLater_IsSaidAgain()
    {
        Server.On("/media/k", Refusal(403, "AccessDenied"));
        var origin = Origin();

        await (await origin.FetchAsync(Get("/k"), default)).DisposeAsync();
        Clock.Advance(TimeSpan.FromMinutes(11));
        await (await origin.FetchAsync(Get("/k"), default)).DisposeAsync();

        Assert.Equal(2, Log.Lines.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(412)]
    public async Task Get_AnonymousAndRefused_IsDeniedAndCredentialsAreNamed(int status)
    {
        Server.On("/media/k", Refusal(status, "AccessDenied"));
        var options = new S3.Objects.S3OriginOptions { Bucket = "media", Endpoint = new Uri(Server.Address), Region = "r" };
        using var origin = new S3.Objects.S3Origin(options, new S3.Credentials.NoCredentials(), S3.Objects.S3Origin.Handler(options, Clock), Clock, Log);

        await using var response = await origin.FetchAsync(Get("/k"), default);

        Assert.Equal(403, response.Status);
        Assert.Contains("AWS_ACCESS_KEY_ID", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    // It lies in a public bucket: credentials would change nothing.
    [Fact]
    public async Task Get_AnonymousAndArchived_SaysSo()
    {
        Server.On("/media/k", Refusal(403, "InvalidObjectState"));
        var options = new S3.Objects.S3OriginOptions { Bucket = "media", Endpoint = new Uri(Server.Address), Region = "r" };
        using var origin = new S3.Objects.S3Origin(options, new S3.Credentials.NoCredentials(), S3.Objects.S3Origin.Handler(options, Clock), Clock, Log);

        await using var response = await origin.FetchAsync(Get("/k"), default);

        Assert.Equal(403, response.Status);
        Assert.Contains("archived", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_CredentialsThereWereAreGone_IsNoDenial()
    {
        Server.On("/media/k", Refusal(403, "AccessDenied"));
        var lives = true;
        var options = new S3.Objects.S3OriginOptions { Bucket = "media", Endpoint = new Uri(Server.Address), Region = "r" };
        using var chain = new S3.Credentials.ChainCredentials(() => lives ? Task.FromResult<AWSCredentials>(new BasicAWSCredentials("id", "s")) : throw new AmazonClientException("metadata service away"), Clock, Log);
        using var origin = new S3.Objects.S3Origin(options, chain, S3.Objects.S3Origin.Handler(options, Clock), Clock, Log);
        await using (var denied = await origin.FetchAsync(Get("/k"), default)) Assert.Equal(403, denied.Status);
        lives = false;
        chain.Reject(await chain.GetAsync(default));

        await using var response = await origin.FetchAsync(Get("/k"), default);

        Assert.Null(Server.Calls[1].Header("Authorization"));
        Assert.Equal(502, response.Status);
        Assert.Contains("no others can be had", Log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_UnsatisfiableRange_Is416WithOrWithoutContentRange()
    {
        Server.On("/media/told", new() { Status = 416, Headers = [new("Content-Range", "bytes */10")] });
        Server.On("/media/untold", new() { Status = 416 });

        await using var told = await Origin().FetchAsync(Get("/told") with { Range = new(10, null) }, default);
        await using var untold = await Origin().FetchAsync(Get("/untold") with { Range = new(10, null) }, default);

        Assert.Equal((416, 10L), (told.Status, told.Version.Length));
        Assert.Equal("bytes */10", told.Headers.First("Content-Range"));
        Assert.Equal((416, (long?)null), (untold.Status, untold.Version.Length));
    }

    [Theory]
    [InlineData("bytes 1-2/10", true)] // not what was asked for
    [InlineData("bytes 0-4/10", true)] // more than was asked for
    [InlineData("bytes 0-1/1", true)] // beyond the end
    [InlineData("bytes 0-0/10", true)] // contradicts Content-Length
    [InlineData(null, true)]
    [InlineData("bytes 0-1/10", false)] // no range was asked for
    public async Task Get_PartThatCannotBeRight_IsInvalid(string? contentRange, bool asked)
    {
        Server.On("/media/k", new() { Status = 206, Body = OriginBody.Of("ab"), Headers = contentRange is null ? [] : [new("Content-Range", contentRange)] });

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await Origin().FetchAsync(Get("/k") with { Range = asked ? new(0, 1) : null }, default));

        Assert.Equal(OriginFailure.Invalid, failure.Failure);
    }

    [Fact]
    public async Task Get_UnchangedButAnotherETag_IsInvalid()
    {
        Server.On("/media/k", new() { Status = 304, ETag = "\"two\"" });

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await Origin().FetchAsync(Get("/k") with { Held = new("\"one\"", null, 1) }, default));

        Assert.Equal(OriginFailure.Invalid, failure.Failure);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task Get_FailsTwiceThenAnswers_IsAnswered(int status)
    {
        var failing = status == 0 ? new OriginReply { ClosesInsteadOfAnswering = true } : Refusal(status, "SlowDown");
        Server.On("/media/k", Clip).Once("/media/k", failing).Once("/media/k", failing);

        await using var response = await Origin().FetchAsync(Get("/k"), default);

        Assert.Equal(200, response.Status);
        Assert.Equal(3, Server.Calls.Count);
    }

    [Fact]
    public async Task Get_FailsThreeTimes_IsGivenUp()
    {
        Server.On("/media/k", new OriginReply { ClosesInsteadOfAnswering = true });

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await Origin().FetchAsync(Get("/k"), default));

        Assert.Equal(OriginFailure.Truncated, failure.Failure);
        Assert.Equal(3, Server.Calls.Count);
    }

    [Fact]
    public async Task Get_CutBeforeTheFirstByte_IsRepeatedUnseen()
    {
        Server.On("/media/k", Clip).Once("/media/k", Clip with { CutAfter = 0 });

        await using var response = await Origin().FetchAsync(Get("/k"), default);

        Assert.Equal(Clip.Body.ToArray(), await BytesOf(response));
        Assert.Equal(2, Server.Calls.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(4_096)]
    [InlineData(5_000)]
    public async Task Get_BodyReadInPieces_IsWhole(int size)
    {
        Server.On("/media/k", OriginReply.Object(seed: 3, length: 10_000));
        using var bytes = new MemoryStream();

        await using var response = await Origin().FetchAsync(Get("/k"), default);
        var buffer = new byte[size];
        int count;
        while ((count = await response.Body.ReadAsync(buffer)) > 0) bytes.Write(buffer, 0, count);

        Assert.Equal(OriginBody.Pattern(3, 10_000).ToArray(), bytes.ToArray());
    }

    [Theory]
    [InlineData(5_000, 0)]
    [InlineData(null, 10)]
    public async Task Get_BodyCutShort_IsTruncatedAndNotRepeated(int? cut, long lie)
    {
        Server.On("/media/k", Clip with { CutAfter = cut, LengthLie = lie });

        await using var response = await Origin().FetchAsync(Get("/k"), default);
        var failure = await Assert.ThrowsAsync<OriginException>(() => BytesOf(response));

        Assert.Equal(OriginFailure.Truncated, failure.Failure);
        Assert.Single(Server.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_NoFirstByteInTime_IsATimeout()
    {
        Server.On("/media/k", new OriginReply { NeverAnswers = true });

        var fetch = Origin().FetchAsync(Get("/k"), default).AsTask();
        await Until(() => Server.Calls.Count == 1);
        Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(fetch.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(OriginFailure.Timeout, (await Assert.ThrowsAsync<OriginException>(() => fetch)).Failure);
        Assert.Single(Server.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_BodyPausesTooLong_IsATimeout()
    {
        var held = new TaskCompletionSource();
        Server.On("/media/k", Clip with { HoldAfter = 1, Held = held.Task });

        await using var response = await Origin().FetchAsync(Get("/k"), default);
        var rest = BytesOf(response);
        await Until(() => Clock.ActiveTimers > 0);
        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(OriginFailure.Timeout, (await Assert.ThrowsAsync<OriginException>(() => rest)).Failure);
        held.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_BodyPausesOftenButNeverTooLong_Arrives()
    {
        var held = new TaskCompletionSource();
        Server.On("/media/k", Clip with { HoldAfter = 1, Held = held.Task });

        await using var response = await Origin().FetchAsync(Get("/k"), default);
        var rest = BytesOf(response);
        await Until(() => Clock.ActiveTimers > 0);
        Clock.Advance(TimeSpan.FromSeconds(29));
        held.SetResult();

        Assert.Equal(Clip.Body.ToArray(), await rest);
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_ViewerLeaves_IsCancelledAndNotAFailure()
    {
        Server.On("/media/k", new OriginReply { NeverAnswers = true });
        using var viewer = new CancellationTokenSource();

        var fetch = Origin().FetchAsync(Get("/k"), viewer.Token).AsTask();
        await Until(() => Server.Calls.Count == 1);
        await viewer.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(viewer.Token, cancelled.CancellationToken);
        Assert.Single(Server.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_ViewerLeavesDuringTheBody_IsCancelled()
    {
        var held = new TaskCompletionSource();
        Server.On("/media/k", Clip with { HoldAfter = 1, Held = held.Task });
        using var viewer = new CancellationTokenSource();

        await using var response = await Origin().FetchAsync(Get("/k"), viewer.Token);
        var rest = response.Body.CopyToAsync(Stream.Null, viewer.Token);
        await Until(() => Clock.ActiveTimers > 0);
        await viewer.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rest);
        held.SetResult();
    }

    [Fact]
    public async Task Get_NobodyListens_IsUnreachableAndNamesTheAddress()
    {
        await Server.GoDownAsync();

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await Origin().FetchAsync(Get("/k"), default));

        Assert.Equal(OriginFailure.Unreachable, failure.Failure);
        Assert.Contains(Server.Address, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ConnectionNotAccepted_IsUnreachable()
    {
        // A full backlog leaves connection attempts unanswered.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await filler.ConnectAsync(listener.LocalEndPoint!);
        var origin = Origin(o => o with { Endpoint = new($"http://{listener.LocalEndPoint}"), ConnectTimeout = TimeSpan.FromMilliseconds(50), Retries = 0 });

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await origin.FetchAsync(Get("/k"), default));

        Assert.Equal(OriginFailure.Unreachable, failure.Failure);
        Assert.Contains("0.1 s", failure.Message.Replace("0.05 s", "0.1 s", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
