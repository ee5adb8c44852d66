using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.Runtime;
using Sluice.S3.Credentials;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Credentials;

public class ChainCredentialsTests
{
    private readonly ManualTimeProvider clock = new();
    private readonly RecordingLogger log = new();
    private int asked;
    private Func<AWSCredentials> answer = () => new BasicAWSCredentials("id", "sesame");

    private ChainCredentials Chain => field ??= new(() =>
    {
        asked++;
        return Task.FromResult(answer());
    }, clock, log);

    [Fact]
    public async Task Get_PermanentCredentials_AreAskedForEveryFiveMinutes()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.Equal("id", (await Chain.GetAsync(default))?.AccessKey);
            clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Get_TemporaryCredentials_AreReplacedBeforeTheyExpire()
    {
        var turn = 0;
        answer = () => new Temporary($"id{++turn}", clock.GetUtcNow().UtcDateTime.AddMinutes(8));

        var first = await Chain.GetAsync(default);
        clock.Advance(TimeSpan.FromMinutes(2.9));
        var same = await Chain.GetAsync(default);
        clock.Advance(TimeSpan.FromMinutes(0.2));
        var second = await Chain.GetAsync(default);

        Assert.Equal(("id1", "token", clock.GetUtcNow().AddMinutes(4.9)), (first!.AccessKey, first.SessionToken, first.Expires));
        Assert.Same(first, same);
        Assert.Equal("id2", second!.AccessKey);
    }

    // As a credential_process gives them whose keys are leased: a user's own of a vault's, a service account's of MinIO.
    [Fact]
    public async Task Get_KeysThatEndAndHaveNoToken_TellTheirEnd()
    {
        answer = () => new Temporary("id", clock.GetUtcNow().UtcDateTime.AddMinutes(8), "");
        var end = clock.GetUtcNow().AddMinutes(8);

        Assert.Equal(new S3Credentials("id", "secret", null, end), await Chain.GetAsync(default));
        clock.Advance(TimeSpan.FromMinutes(3.1));
        await Chain.GetAsync(default);
        Assert.Equal(2, asked);
    }

    // As the SDK gives a machine's role while its metadata service is away.
    [Fact]
    public async Task Get_SameKeysWhoseEndIsNotToldAgain_EndAsBefore()
    {
        answer = () => new Temporary("id", clock.GetUtcNow().UtcDateTime.AddMinutes(40));
        var first = await Chain.GetAsync(default);
        answer = () => new SessionAWSCredentials("id", "secret", "token");
        clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Same(first, await Chain.GetAsync(default));
        answer = () => new SessionAWSCredentials("newer", "secret", "token");
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(new S3Credentials("newer", "secret", "token"), await Chain.GetAsync(default));
        Assert.Equal(3, asked);
    }

    // An app that is published trimmed has of the SDK only what is named somewhere.
    [Fact]
    public void For_TypesThatTheSdkLooksForByName_AreNamed()
    {
        var named = typeof(ChainCredentials).GetMethod(nameof(ChainCredentials.For))!.GetCustomAttributes<DynamicDependencyAttribute>().Select(attribute => attribute.Type!.Assembly.GetName().Name).Distinct();

        Assert.Equal(["AWSSDK.SSO", "AWSSDK.SSOOIDC", "AWSSDK.SecurityToken"], named.Order(StringComparer.Ordinal));
    }

    // The first request may come before a time server has set the clock: by that one nobody would ask again for hours, while what a role gives ends within one.
    [Fact]
    public async Task Get_ClockSetBackByHours_AsksAgain()
    {
        var stepping = new SteppingTimeProvider();
        answer = () => new Temporary($"id{++asked}", stepping.GetUtcNow().UtcDateTime.AddHours(1));
        using var chain = new ChainCredentials(() => Task.FromResult(answer()), stepping, log);
        Assert.Equal("id1", (await chain.GetAsync(default))?.AccessKey);

        stepping.SetBack(TimeSpan.FromHours(8));

        Assert.Null(chain.Held(stepping.GetUtcNow()));
        var newer = await chain.GetAsync(default);
        Assert.Equal(("id2", stepping.GetUtcNow().AddHours(1)), (newer?.AccessKey, newer?.Expires));
        Assert.Same(newer, chain.Held(stepping.GetUtcNow()));
    }

    [Fact]
    public async Task For_VariablesThatAreNamed_TakesTheirKeysAndNoOthers() // U077
    {
        var names = Enumerable.Range(0, 3).Select(i => $"SLUICE_TEST_{Guid.NewGuid():N}_{i}").ToArray();
        var options = new S3OriginOptions { Bucket = "media", AccessKeyVariable = names[0], SecretKeyVariable = names[1], SessionTokenVariable = names[2] };
        Assert.Empty(options.Errors());
        var unset = Assert.Throws<ArgumentException>(() => ChainCredentials.For(options, clock, log));
        Assert.Contains(names[0], unset.Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable(names[0], "id");
        Environment.SetEnvironmentVariable(names[1], "sesame");
        Assert.Equal(new("id", "sesame"), await ChainCredentials.For(options, clock, log).GetAsync(default));
        Environment.SetEnvironmentVariable(names[2], "token");
        Assert.Equal(new("id", "sesame", "token"), await ChainCredentials.For(options, clock, log).GetAsync(default));
    }

    [Theory]
    [InlineData("A", null, null, null, false)]
    [InlineData(null, "B", null, null, false)]
    [InlineData(null, null, "C", null, false)]
    [InlineData("A", "B", null, "profile", false)]
    [InlineData("A", "B", null, null, true)]
    public void Errors_VariablesThatDoNotGoTogether_AreSaid(string? id, string? secret, string? token, string? profile, bool anonymous) =>
        Assert.Single(new S3OriginOptions { Bucket = "media", AccessKeyVariable = id, SecretKeyVariable = secret, SessionTokenVariable = token, Profile = profile, Anonymous = anonymous }.Errors());

    // As an app has them that assumes a role itself, or renews keys of a vault's.
    [Fact]
    public async Task Get_TheAppsOwn_AreAskedForAnewBeforeTheyExpire()
    {
        var own = new Renewing(clock);
        var chain = ChainCredentials.For(new() { Bucket = "media", Credentials = own }, clock, log);
        var end = clock.GetUtcNow().AddMinutes(8);
        Assert.Equal(new S3Credentials("id1", "secret", "token", end), await chain.GetAsync(default));
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("id2", (await chain.GetAsync(default))?.AccessKey);
    }

    // Their end is not known. This machine's role, which is asked for when the chain gives such a token, is another's.
    [Fact]
    public async Task Get_TheAppsOwnWithATokenWithoutAnEnd_AreTheApps() =>
        Assert.Equal(new S3Credentials("id", "secret", "token"), await ChainCredentials.For(new() { Bucket = "media", Credentials = new Temporary("id", DateTime.MaxValue) }, clock, log).GetAsync(default));

    [Theory]
    [InlineData("profile", null, false)]
    [InlineData(null, "A", false)]
    [InlineData(null, null, true)]
    public void Errors_TheAppsOwnBesideOthers_AreSaid(string? profile, string? variable, bool anonymous) => Assert.Contains(
        new S3OriginOptions { Bucket = "media", Credentials = new BasicAWSCredentials("id", "sesame"), Profile = profile, AccessKeyVariable = variable, SecretKeyVariable = variable, Anonymous = anonymous }.Errors(),
        error => error.StartsWith("Credentials of the app's own", StringComparison.Ordinal));

    [Fact]
    public async Task Get_NoneFound_IsAnonymousAndSaidOnce()
    {
        answer = () => throw new AmazonClientException("nothing found");

        Assert.Null(await Chain.GetAsync(default));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Chain.GetAsync(default));
        while (Volatile.Read(ref asked) < 2) await Task.Yield();

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(await Chain.GetAsync(default));
        Assert.Equal(2, asked);
        Assert.Contains("anonymous", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NoneFoundAtFirst_AreUsedWhenTheyAppear()
    {
        answer = () => throw new AmazonClientException("nothing found");
        Assert.Null(await Chain.GetAsync(default));
        answer = () => new BasicAWSCredentials("id", "sesame");
        Assert.Null(await Chain.GetAsync(default));
        clock.Advance(TimeSpan.FromSeconds(30));

        // Nobody waits for it: the chain is asked behind the answer.
        while (await Chain.GetAsync(default) is null) await Task.Yield();
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Get_NoneFoundAndTheChainTakesLong_IsAnonymousAtOnce()
    {
        var gate = new TaskCompletionSource<AWSCredentials>();
        using var chain = new ChainCredentials(() => Interlocked.Increment(ref asked) == 1 ? Task.FromException<AWSCredentials>(new AmazonClientException("nothing")) : gate.Task, clock, log);
        Assert.Null(await chain.GetAsync(default));
        clock.Advance(TimeSpan.FromSeconds(30));

        for (var i = 0; i < 50; i++) IsThere(chain.GetAsync(default));
        gate.SetResult(new BasicAWSCredentials("id", "s"));
        while (await chain.GetAsync(default) is null) await Task.Yield();
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Reject_None_LooksAnewAtOnce()
    {
        answer = () => throw new AmazonClientException("nothing found");
        Assert.Null(await Chain.GetAsync(default));
        answer = () => new BasicAWSCredentials("id", "sesame");

        Chain.Reject(null);

        Assert.NotNull(await Chain.GetAsync(default));
    }

    [Fact]
    public async Task Prepare_BeforeTheFirstRequest_AsksOnceForBoth()
    {
        var gate = new TaskCompletionSource<AWSCredentials>();
        using var chain = new ChainCredentials(() => { Interlocked.Increment(ref asked); return gate.Task; }, clock, log);
        chain.Prepare();
        chain.Prepare();
        while (Volatile.Read(ref asked) == 0) await Task.Yield();
        var first = chain.GetAsync(default).AsTask();
        Assert.False(first.IsCompleted);
        gate.SetResult(new BasicAWSCredentials("id", "s"));

        Assert.NotNull(await first);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Get_RenewalFails_KeepsWhatIsValidAndNothingBeyond()
    {
        answer = () => new Temporary("id", clock.GetUtcNow().UtcDateTime.AddMinutes(8));
        Assert.NotNull(await Chain.GetAsync(default));
        answer = () => throw new HttpRequestException("metadata service away");

        clock.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal("id", (await Chain.GetAsync(default))?.AccessKey);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await Chain.GetAsync(default));

        Assert.Contains("could not be renewed", log.Lines[0], StringComparison.Ordinal);
    }

    // As with a metadata service that takes connections and says nothing: a viewer waited for it for a quarter of a minute, with minutes left of what was at hand.
    [Fact]
    public async Task Get_RenewalNeverAnswers_KeepsNobodyWaiting()
    {
        var away = new TaskCompletionSource<AWSCredentials>();
        var first = new Temporary("id", clock.GetUtcNow().UtcDateTime.AddMinutes(8));
        using var chain = new ChainCredentials(() => ++asked == 1 ? Task.FromResult<AWSCredentials>(first) : away.Task, clock, log);
        Assert.NotNull(await chain.GetAsync(default));
        clock.Advance(TimeSpan.FromMinutes(4));

        var begins = chain.GetAsync(default).AsTask();
        IsThere(chain.GetAsync(default));
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("id", (await begins.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System))?.AccessKey);
        IsThere(chain.GetAsync(default));
        away.SetResult(new BasicAWSCredentials("newer", "s"));
        while ((await chain.GetAsync(default))?.AccessKey != "newer") await Task.Yield();
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Get_ChainNeverAnswers_IsNoneFoundAfterHalfAMinute()
    {
        using var chain = new ChainCredentials(() => new TaskCompletionSource<AWSCredentials>().Task, clock, log);
        var waiting = Enumerable.Range(0, 3).Select(_ => chain.GetAsync(default).AsTask()).ToArray();

        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System), Assert.Null);
        Assert.Contains("timed out", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ChainFailsInAWayOfItsOwn_IsNoneFound()
    {
        foreach (var failure in (Exception[])[new ProcessAWSCredentialException("exit code 3"), new AmazonServiceException("no role here"), new InvalidDataException("half a profile"), new TaskCanceledException("no answer")])
        {
            using var chain = new ChainCredentials(() => Task.FromException<AWSCredentials>(failure), clock, log);
            Assert.Null(await chain.GetAsync(default));
            Assert.Contains(failure.Message, log.Lines[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reject_CredentialsInUse_AreAskedForAnew()
    {
        var first = await Chain.GetAsync(default);
        answer = () => new BasicAWSCredentials("newer", "s");
        Chain.Reject(new("somebody", "else"));
        Assert.Same(first, await Chain.GetAsync(default));

        Chain.Reject(first!);

        Assert.Equal("newer", (await Chain.GetAsync(default))?.AccessKey);
    }

    [Fact]
    public async Task Get_ManyAtOnce_AskTheChainOnce()
    {
        var gate = new TaskCompletionSource<AWSCredentials>();
        using var chain = new ChainCredentials(() => { Interlocked.Increment(ref asked); return gate.Task; }, clock, log);

        var all = Enumerable.Range(0, 50).Select(_ => chain.GetAsync(default).AsTask()).ToArray();
        gate.SetResult(new BasicAWSCredentials("id", "s"));

        Assert.Single((await Task.WhenAll(all)).Distinct());
        Assert.Equal(1, asked);
    }

    [Fact]
    public void For_UnknownProfile_SaysHowToMakeOne()
        => Assert.Contains("no profile 'nobody-has-this'", Assert.Throws<ArgumentException>(() => ChainCredentials.For(new() { Bucket = "media", Profile = "nobody-has-this" }, clock, log)).Message, StringComparison.Ordinal);

    // Who has named a profile, and whose sign-on is over, learns nothing from being told to name one.
    [Fact]
    public async Task Get_ThoseThatAreSetUpCannotBeHad_SaysThat()
    {
        using var chain = ChainCredentials.For(new() { Bucket = "media", Credentials = new Failing() }, clock, log);

        Assert.Null(await chain.GetAsync(default));

        Assert.StartsWith("The AWS credentials that are set up cannot be had", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.EndsWith("(No valid SSO Token could be found.)", log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("The credentials that are set up cannot be had", (await Assert.ThrowsAsync<PresignedUrlException>(() => new PresignCredentials(chain, clock).GetAsync(default).AsTask())).Message, StringComparison.Ordinal);
    }

    private static void IsThere(ValueTask<S3Credentials?> asked) => Assert.True(asked.IsCompletedSuccessfully);

    private sealed class Renewing(TimeProvider clock) : AWSCredentials
    {
        private int turn;

        public override ImmutableCredentials GetCredentials()
        {
            Expiration = clock.GetUtcNow().UtcDateTime.AddMinutes(8);
            return new($"id{++turn}", "secret", "token");
        }
    }

    private sealed class Failing : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("No valid SSO Token could be found.");
    }

    private sealed class Temporary : AWSCredentials
    {
        private readonly string id;
        private readonly string token;

        public Temporary(string id, DateTime expires, string token = "token") => (this.id, Expiration, this.token) = (id, expires, token);

        public override ImmutableCredentials GetCredentials() => new(id, "secret", token);
    }
}
