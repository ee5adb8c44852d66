using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Freshness;

/// <summary>Decides whether an answer is stored and how long it is fresh (RFC 9111 section 3; rows TTL-01 to TTL-04, EDG-04, EDG-05).</summary>
internal static class StorePolicy
{
    /// <summary>More than any bucket has in one object (64 TiB). Chunks are counted in 32 bits, and what is held of a body is a list of them.</summary>
    public const long MostBytes = 1L << 46;

    private static readonly TimeSpan FolderStaleWhileRevalidate = TimeSpan.FromSeconds(60);

    public static StoreDecision Decide(FetchContext context, OriginResponse response, long? length, DateTimeOffset receivedAt)
    {
        var rules = CacheRules.Read(response.Headers);
        if (context.CacheControl.Has(CacheDirectives.NoStore)) return StoreDecision.Refuse("request no-store");
        if (length > MostBytes) return StoreDecision.Refuse("too long");
        if (rules.ForbidsStoring(response.Status) is { } reason) return StoreDecision.Refuse(reason);
        if (response.Headers.Contains("Set-Cookie") && !KeepsCookies(context, rules) && !rules.Excludes("Set-Cookie")) return StoreDecision.Refuse("set-cookie");
        if (VaryOf(context, response.Headers) is not { } vary) return StoreDecision.Refuse("vary *");
        if (context.Headers.Contains("Authorization") && !rules.AllowsSharedUseOfAuthorised) return StoreDecision.Refuse("authorization");

        var version = response.Version with { Length = length };
        if (!IsByRoute(context, rules) && Lifetime(context, rules, response.Status, response.Headers, receivedAt) is null && !rules.IsStorableWithoutLifetime(response.Status))
            return StoreDecision.Refuse("no freshness");
        var freshness = FreshnessOf(context, rules, response.Status, response.Headers, receivedAt);
        if ((freshness.AlwaysRevalidate || freshness.Lifetime <= TimeSpan.Zero) && freshness.StaleWhileRevalidate <= TimeSpan.Zero
            && version.ETag is null && version.LastModified is null && response.Headers.First("Date") is null)
            return StoreDecision.Refuse("no validator");
        return new(new ObjectMetadata
        {
            Status = response.Status == 206 ? 200 : response.Status,
            Headers = StoredHeaders(context, rules, response.Headers, response.Status, receivedAt),
            Version = version,
            Freshness = freshness,
            Vary = vary,
            Tags = ObjectTags.Read(response.Headers),
            Source = context.Path,
        }, "");
    }

    /// <summary>What one client is answered from where nothing may be stored.</summary>
    public static ObjectMetadata Unstored(FetchContext context, OriginResponse response, DateTimeOffset receivedAt) => new()
    {
        Status = 200,
        Headers = StoredHeaders(context, CacheRules.Read(response.Headers), response.Headers, response.Status, receivedAt),
        Version = response.Version,
        Freshness = new ObjectFreshness { ReceivedAt = receivedAt },
    };

    /// <summary>A stored object's metadata after a 304, or a 200 to HEAD, that speaks of it (RFC 9111 sections 3.2, 4.3.4 and 4.3.5); null when that answer must not be stored, and so changes nothing.</summary>
    public static ObjectMetadata? Refresh(FetchContext context, ObjectMetadata stored, HeaderList fresh, DateTimeOffset receivedAt)
    {
        var merged = MetadataUpdate.Merge(stored, fresh);
        // The stored date is that of another answer (RFC 9110 section 6.6.1).
        if (!fresh.Contains("Date")) merged.Set("Date", HttpDate.Format(receivedAt));
        var rules = CacheRules.Read(merged);
        if (context.CacheControl.Has(CacheDirectives.NoStore) || rules.ForbidsStoring(stored.Status) is not null) return null;
        if (context.Headers.Contains("Authorization") && !rules.AllowsSharedUseOfAuthorised) return null;
        var vary = merged.Combined("Vary") == stored.Headers.Combined("Vary") ? stored.Vary : VaryOf(context, merged);
        if (vary is null) return null;
        if (!KeepsCookies(context, rules)) merged.Remove("Set-Cookie");
        return stored with
        {
            Headers = StoredHeaders(context, rules, merged, stored.Status, receivedAt),
            Freshness = FreshnessOf(context, rules, stored.Status, merged, receivedAt),
            Version = stored.Version with { LastModified = merged.First("Last-Modified") },
            Vary = vary,
            Tags = ObjectTags.Read(merged),
        };
    }

    /// <summary>The lifetime a route gives to an answer whose origin has no policy.</summary>
    public static ExtensionPolicy RouteLifetime(RoutePolicy policy, string path, int status)
    {
        var slash = path.LastIndexOf('/');
        var dot = path.LastIndexOf('.');
        if (status < 300 && dot > slash && policy.ByExtension.TryGetValue(path[dot..], out var kind)) return kind;
        return new(status switch { < 300 => policy.Ok, < 400 => policy.Redirect, < 500 => policy.ClientError, _ => policy.ServerError });
    }

    private static bool IsByRoute(FetchContext context, CacheRules rules) => context.Route.HasOwnPolicy && !rules.HasExplicitFreshness;

    private static ObjectFreshness FreshnessOf(FetchContext context, CacheRules rules, int status, HeaderList headers, DateTimeOffset receivedAt) =>
        IsByRoute(context, rules) ? FromRoute(context, status, receivedAt) : FromHeaders(context, rules, status, headers, receivedAt);

    private static ObjectFreshness FromRoute(FetchContext context, int status, DateTimeOffset receivedAt)
    {
        var policy = context.Route.Policy;
        var isGood = status < 400;
        return new ObjectFreshness
        {
            ReceivedAt = receivedAt,
            Lifetime = RouteLifetime(policy, context.Path, status).Lifetime,
            StaleWhileRevalidate = isGood ? policy.StaleWhileRevalidate ?? FolderStaleWhileRevalidate : TimeSpan.Zero,
            StaleIfError = isGood ? policy.StaleIfError : TimeSpan.Zero,
        };
    }

    /// <summary>When the origin made its answer.</summary>
    public static DateTimeOffset DateOf(HeaderList headers, DateTimeOffset receivedAt) =>
        HttpDate.TryParse(headers.First("Date"), receivedAt, out var date) ? date : receivedAt;

    /// <summary>RFC 9111 section 4.2.1; null where nothing gives one.</summary>
    private static TimeSpan? Lifetime(FetchContext context, CacheRules rules, int status, HeaderList headers, DateTimeOffset receivedAt)
    {
        var date = DateOf(headers, receivedAt);
        return rules.ExplicitLifetime(date, receivedAt) ?? (rules.IsStorableWithoutLifetime(status) ? DefaultLifetime(context.Route.Policy, status) : null)
            ?? rules.HeuristicLifetime(status, date);
    }

    /// <summary>What is not there may be there soon, whatever the lifetime of what is.</summary>
    private static TimeSpan? DefaultLifetime(RoutePolicy policy, int status) =>
        status >= 400 && policy.DefaultLifetime > policy.ClientError ? policy.ClientError : policy.DefaultLifetime;

    private static ObjectFreshness FromHeaders(FetchContext context, CacheRules rules, int status, HeaderList headers, DateTimeOffset receivedAt)
    {
        var policy = context.Route.Policy;
        var lifetime = Lifetime(context, rules, status, headers, receivedAt);
        // With s-maxage it may be given stale as far as the answer says so itself.
        var mayExtend = lifetime > TimeSpan.Zero && rules.Control.SharedMaxAge is null;
        AgeField.Read(headers, out var age);
        var apparent = receivedAt - DateOf(headers, receivedAt);
        var corrected = TimeSpan.FromSeconds(age) + (receivedAt - context.SentAt);
        return new ObjectFreshness
        {
            ReceivedAt = receivedAt,
            InitialAge = apparent > corrected ? apparent : corrected,
            Lifetime = lifetime ?? TimeSpan.Zero,
            // What names no lifetime was not meant to be kept for others: no setting makes it so.
            StaleWhileRevalidate = rules.Control.StaleWhileRevalidate is { } window ? TimeSpan.FromSeconds(window) : mayExtend ? policy.StaleWhileRevalidate ?? TimeSpan.Zero : TimeSpan.Zero,
            StaleIfError = rules.Control.StaleIfError is { } seconds ? TimeSpan.FromSeconds(seconds) : status < 400 && mayExtend ? policy.StaleIfError : TimeSpan.Zero,
            AlwaysRevalidate = rules.Control.Has(CacheDirectives.NoCache),
            NeverStale = rules.ForbidsStale,
            NeverStaleOnRequest = rules.Control.SharedMaxAge is not null,
        };
    }

    private static HeaderList StoredHeaders(FetchContext context, CacheRules rules, HeaderList headers, int status, DateTimeOffset receivedAt)
    {
        var stored = new HeaderList(headers.Where(line => !IsPerReply(line.Key, status) && !rules.Excludes(line.Key)));
        if (!stored.Contains("Date")) stored.Add("Date", HttpDate.Format(receivedAt));
        if (IsByRoute(context, rules) && !stored.Contains("Cache-Control"))
        {
            var kind = RouteLifetime(context.Route.Policy, context.Path, status);
            stored.Add("Cache-Control", $"public, max-age={(long)kind.Lifetime.TotalSeconds}{(kind.Immutable && status < 300 ? ", immutable" : "")}");
        }

        return stored;
    }

    /// <summary>One viewer's cookie must not reach another, unless the answer or the route says that it is meant for all.</summary>
    private static bool KeepsCookies(FetchContext context, CacheRules rules) => rules.IsExplicitlyShared || context.Route.Policy.StoreSetCookie;

    /// <summary>What a folder or bucket answers depends on no field of the client's: it is asked in the server's own name.</summary>
    private static IReadOnlyList<KeyValuePair<string, string?>>? VaryOf(FetchContext context, HeaderList headers)
    {
        var vary = VarySelection.Read(headers, name => VarySelection.Normalise(name, Lines(context.Headers, name)));
        return vary is not null && context.Route.IsReadOnly ? [] : vary;
    }

    /// <summary>Fields that are made anew for each reply.</summary>
    private static bool IsPerReply(string name, int status) =>
        name.Equals("Age", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || (status == 206 && name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase)) || name.Equals("Accept-Ranges", StringComparison.OrdinalIgnoreCase);

    private static Microsoft.Extensions.Primitives.StringValues Lines(HeaderList headers, string name) =>
        headers.Where(line => line.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value).ToArray();
}
