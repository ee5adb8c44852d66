using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SSO;
using Amazon.SSOOIDC;
using Amazon.Util;
using Microsoft.Extensions.Logging;
using Sluice.S3.Objects;
using Sluice.S3.Signing;

namespace Sluice.S3.Credentials;

/// <summary>Credentials of the AWS SDK's chain (environment, profile, container and instance roles), asked for anew before they expire.</summary>
/// <param name="resolve">Finds credentials in the chain; the SDK renews temporary ones by itself when asked again.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Told once when none are found.</param>
internal sealed class ChainCredentials(Func<Task<AWSCredentials>> resolve, TimeProvider time, ILogger log) : IS3Credentials, IDisposable
{
    /// <summary>How often the chain is asked again, so that an edited file takes effect.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMinutes(5);

    /// <summary>How long before their end temporary credentials are replaced.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>Variables that say where credentials come from: what does not answer there is in trouble, and the bucket not public.</summary>
    private static readonly string[] Sources = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

    /// <summary>How soon a chain that failed is asked again.</summary>
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>How long the chain may take: a service that takes connections and answers nothing would keep viewers waiting for minutes, also those whom what is held can be served to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a request waits for newer credentials while those at hand will do: what gives them may be away.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(1);

    private sealed record Snapshot(S3Credentials? Credentials, AWSCredentials? Source, DateTimeOffset Asked, DateTimeOffset AskAgain)
    {
        // Before it was asked: the clock was set back since, and it would be long until it has come round to asking again.
        public bool IsCurrentAt(DateTimeOffset now) => now >= Asked && now < AskAgain;
    }

    private readonly SemaphoreSlim asking = new(1, 1);
    private Snapshot? snapshot;
    private Task<S3Credentials?> behind = Task.FromResult<S3Credentials?>(null);
    private bool complained, expected, isGiven;

    /// <summary>The app's own, or the chain for a profile, for variables that are named, or the default one.</summary>
    /// <exception cref="ArgumentException">The profile does not exist or cannot be used, or a variable is not set.</exception>
    // The SDK looks for these by their names, so that an app that is published trimmed would lack them: roles and single sign-on gave no credentials there.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceClient)), DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceConfig))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSSOClient)), DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSSOConfig))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSSOOIDCClient)), DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSSOOIDCConfig))]
    public static ChainCredentials For(S3OriginOptions options, TimeProvider time, ILogger log)
    {
        if (options.Credentials is { } given) return new(() => Task.FromResult(given), time, log) { expected = true, isGiven = true };
        if (options.AccessKeyVariable is not null)
        {
            // Like a profile that does not exist: better no start than an anonymous one.
            FromVariables(options);
            return new(() => Task.FromResult(FromVariables(options)), time, log);
        }
        AwsHttpClients.Prepare();
        try
        {
            if ((options.Profile ?? SignOn()) is not { } profile) return new(() => DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(null), time, log) { expected = Sources.Any(IsSet) };
            var credentials = OfProfile(profile) ?? throw new ArgumentException($"There is no profile '{profile}' in the AWS configuration: 'aws configure --profile {profile}' makes one.");
            return new(() => Task.FromResult(credentials = Reread(profile, credentials, time)), time, log) { expected = true };
        }
        catch (Exception unusable) when (unusable is InvalidDataException or InvalidOperationException or AmazonClientException)
        {
            throw new ArgumentException($"{(options.Profile is { } named ? $"The profile '{named}'" : "The AWS configuration")} cannot be used: {unusable.Message}", unusable);
        }
    }

    public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation)
    {
        var current = Volatile.Read(ref snapshot);
        if (current?.IsCurrentAt(time.GetUtcNow()) == true) return new(current.Credentials);
        if (current is null) return new(AskAsync(current, cancellation));
        if (current.Credentials is { } held) return new(IsValid(held) ? RenewAsync(current, held, cancellation) : AskAsync(current, cancellation));
        // Where there were none a moment ago there are hardly some now, and looking takes long: nobody waits for it.
        AskBehind(current);
        return default;
    }

    /// <summary>Begins to look, so that the first who asks need not wait.</summary>
    public void Prepare() => AskBehind(null);

    public S3Credentials? Held(DateTimeOffset now) => Volatile.Read(ref snapshot) is { } current && current.IsCurrentAt(now) ? current.Credentials : null;

    public bool AreExpected => Volatile.Read(ref expected);

    public void Reject(S3Credentials? credentials)
    {
        var current = Volatile.Read(ref snapshot);
        if (current is null || current.Credentials != credentials) return;
        (current.Source as RefreshingAWSCredentials)?.ClearCredentials();
        Interlocked.CompareExchange(ref snapshot, null, current);
    }

    public void Dispose()
    {
        if (Volatile.Read(ref behind).IsCompleted) asking.Dispose();
    }

    /// <summary>Begins to ask; null where somebody else has begun.</summary>
    private Task<S3Credentials?>? AskBehind(Snapshot? due)
    {
        var running = Volatile.Read(ref behind);
        if (!running.IsCompleted) return null;
        var next = new Task<Task<S3Credentials?>>(() => AskAsync(due, CancellationToken.None));
        var begun = next.Unwrap();
        if (Interlocked.CompareExchange(ref behind, begun, running) != running) return null;
        next.Start(TaskScheduler.Default);
        return begun;
    }

    private async Task<S3Credentials?> RenewAsync(Snapshot due, S3Credentials held, CancellationToken cancellation)
    {
        if (AskBehind(due) is not { } renewal) return held;
        try
        {
            return await renewal.WaitAsync(Courtesy, time, cancellation);
        }
        catch (TimeoutException)
        {
            return held;
        }
    }

    /// <summary>The keys of variables that are named.</summary>
    /// <exception cref="ArgumentException">A variable is not set.</exception>
    public static AWSCredentials FromVariables(S3OriginOptions options)
    {
        var (id, secret) = (Variable(options.AccessKeyVariable!), Variable(options.SecretKeyVariable!));
        var token = options.SessionTokenVariable is { } name ? Environment.GetEnvironmentVariable(name) : null;
        return string.IsNullOrEmpty(token) ? new BasicAWSCredentials(id, secret) : new SessionAWSCredentials(id, secret, token);
    }

    private static bool IsSet(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new ArgumentException($"The environment variable {name}, which is to hold a key of the bucket, is not set.");

    // What is written into the profile later takes effect; what renews itself (a role) is kept until it has to be renewed, since it would be assumed anew.
    private static AWSCredentials Reread(string profile, AWSCredentials known, TimeProvider time) =>
        known is RefreshingAWSCredentials && (EndOf(known) is not { } end || end - Margin > time.GetUtcNow()) ? known : OfProfile(profile) ?? known;

    // The profile may name another one as the source of its keys: it is looked for in the same files.
    private static AWSCredentials? OfProfile(string profile)
    {
        var files = new CredentialProfileStoreChain();
        return files.TryGetProfile(profile, out var found) ? found.GetAWSCredentials(files) : null;
    }

    // The SDK's own chain passes over a profile of single sign-on, which the AWS tools use like any other.
    private static string? SignOn() => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"))
        && AwsSettings.Find(null) is { Options: { } options } found && (options.SsoSession ?? options.SsoStartUrl) is not null ? found.Name : null;

    private static DateTimeOffset? EndOf(AWSCredentials source) => source.Expiration is { } end && end != default && end != DateTime.MaxValue ? new DateTimeOffset(end.ToUniversalTime()) : null;

    private async Task<S3Credentials> ReadAsync(AWSCredentials source)
    {
        var found = await source.GetCredentialsAsync();
        // Keys that end need not have a token: a program may give leased ones.
        var ends = EndOf(source);
        // What 'aws configure export-credentials --format env' writes beside the keys.
        if (source is EnvironmentVariablesAWSCredentials && DateTimeOffset.TryParse(Environment.GetEnvironmentVariable("AWS_CREDENTIAL_EXPIRATION"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var told)) ends = told;
        if (!found.UseToken) return new(found.AccessKey, found.SecretKey, null, ends);
        // Of the machine's own role the SDK does not tell when it ends, and the machine does.
        if (ends is null && !isGiven && source is not (EnvironmentVariablesAWSCredentials or SessionAWSCredentials)
            && (await Task.Run(static () => EC2InstanceMetadata.IAMSecurityCredentials))?.Values.FirstOrDefault(role => role?.Token is { Length: > 0 }) is { } role)
            return new(role.AccessKeyId, role.SecretAccessKey, role.Token, new DateTimeOffset(role.Expiration.ToUniversalTime()));
        return new(found.AccessKey, found.SecretKey, found.Token, ends);
    }

    private async Task<S3Credentials?> AskAsync(Snapshot? due, CancellationToken cancellation)
    {
        // Whoever comes second goes on with what is still valid instead of waiting for the chain.
        var held = due?.Credentials is { } credentials && IsValid(credentials) ? credentials : null;
        if (held is null) await asking.WaitAsync(cancellation);
        else if (!await asking.WaitAsync(0, cancellation)) return held;
        try
        {
            var current = Volatile.Read(ref snapshot);
            if (current is not null && current != due && current.IsCurrentAt(time.GetUtcNow())) return current.Credentials;
            var next = await ResolveAsync(current, cancellation);
            Volatile.Write(ref snapshot, next);
            return next.Credentials;
        }
        finally
        {
            asking.Release();
        }
    }

    private async Task<Snapshot> ResolveAsync(Snapshot? current, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        try
        {
            var source = await resolve().WaitAsync(Patience, time, cancellation);
            var found = await ReadAsync(source).WaitAsync(Patience, time, cancellation);
            // The SDK keeps the keys of the machine's role while the machine does not answer, and then nobody tells when they end: they do when they did.
            if (found.Expires is null && current?.Credentials?.Expires is { } known && found with { Expires = known } == current.Credentials) found = current.Credentials;
            var askAgain = now + Recheck;
            if (found.Expires is { } limit && limit - Margin < askAgain) askAgain = limit - Margin > now ? limit - Margin : now + TimeSpan.FromSeconds(10);
            complained = false;
            Volatile.Write(ref expected, true);
            return new(found, source, now, askAgain);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The chain runs programs, reads files and asks services: what it throws is of no one kind, and none of it may end a request that can do without.
            // Someone who had credentials never turns anonymous because a metadata service had a bad moment.
            var kept = current?.Credentials is { } held && IsValid(held) ? current : null;
            if (!complained)
            {
                if (kept is null && AreExpected)
                    log.LogWarning("The AWS credentials that are set up cannot be had: requests to the bucket are anonymous meanwhile. Renew them ('aws sso login' for single sign-on), or see to what gives them. ({Reason})", failure.Message.ReplaceLineEndings(" "));
                else if (kept is null)
                    log.LogWarning("No AWS credentials found: requests to the bucket are anonymous. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile. ({Reason})", failure.Message.ReplaceLineEndings(" "));
                else
                    log.LogWarning("AWS credentials could not be renewed; the ones at hand are used until they expire. ({Reason})", failure.Message.ReplaceLineEndings(" "));
            }
            complained = true;
            // From now on: those who waited as well are not to wait for the same, one after the other.
            now = time.GetUtcNow();
            return new(kept?.Credentials, kept?.Source, now, now + RetryAfterFailure);
        }
    }

    private bool IsValid(S3Credentials credentials) => credentials.Expires is not { } end || end > time.GetUtcNow();
}
